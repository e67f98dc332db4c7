using Concord.Calibration;

namespace Concord.Training.Loop;

/// <summary>Is told what a run does, on its thread; every method may be left as it is.</summary>
public interface ITrainingObserver
{
    /// <summary>What the run is about to do; told before it begins, or goes on.</summary>
    /// <param name="plan">Steps, tokens, and what becomes of each source.</param>
    void Planned(TrainingPlan plan) { }

    /// <summary>A part of the step that is being taken is computed.</summary>
    /// <param name="share">Of its work, above 0 and at most 1; about.</param>
    void Computing(double share) { }

    /// <summary>The run begins, or goes on from a checkpoint's step.</summary>
    /// <param name="step">Steps done: 0, or the checkpoint's.</param>
    /// <param name="steps">Steps planned.</param>
    /// <param name="resumed">Whether a checkpoint was there.</param>
    void Started(int step, int steps, bool resumed) { }

    /// <summary>Hidden states are being computed, over which the exact head is solved for.</summary>
    /// <param name="done">Comparisons done.</param>
    /// <param name="count">Comparisons in all.</param>
    void Preparing(int done, int count) { }

    /// <summary>A step is done.</summary>
    void Stepped(StepReport report) { }

    /// <summary>Comparisons are being scored: those that choose, and after a best step those held out.</summary>
    /// <param name="done">Comparisons done.</param>
    /// <param name="count">Comparisons of that side.</param>
    void Evaluating(int done, int count) { }

    /// <summary>The validation side was evaluated, or without one the held-out side; without intervals.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="report">By source, with temperatures where there are any; its
    /// <see cref="EvaluationReport.Sides"/> say whether there is a validation side.</param>
    /// <param name="best">Whether the model is the best so far; never where nothing is chosen and the last is
    /// kept.</param>
    void Evaluated(int step, EvaluationReport report, bool best) { }

    /// <summary>Something a person should know, which changes nothing in the result.</summary>
    void Noted(string note) { }

    /// <summary>A checkpoint was written.</summary>
    void CheckpointWritten(int step, string folder) { }
}

/// <summary>Is told, and does nothing.</summary>
internal sealed class NoObserver : ITrainingObserver;
