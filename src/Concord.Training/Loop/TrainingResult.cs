using Concord.Calibration;

namespace Concord.Training.Loop;

/// <summary>How a run ended.</summary>
public enum TrainingOutcome
{
    /// <summary>
    /// All steps are done, or training stopped early because nothing got better; the model is written.
    /// </summary>
    Finished,

    /// <summary>The folder held a finished run: nothing was done.</summary>
    AlreadyFinished,

    /// <summary>It was cancelled; the same call goes on from the newest checkpoint, where there is one
    /// (<see cref="TrainingResult.HasCheckpoint"/>).</summary>
    Interrupted,
}

/// <summary>How a run ended, and with what.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="BestStep">The step whose model is in <c>model/</c>; -1 where none is yet.</param>
/// <param name="ResumedFrom">The step of the checkpoint it went on from, or null.</param>
/// <param name="Evaluation">The full held-out evaluation of the best model, where this call made one.</param>
public sealed record TrainingResult(
    TrainingOutcome Outcome,
    int Step,
    int Steps,
    int BestStep,
    int? ResumedFrom,
    EvaluationReport? Evaluation
)
{
    /// <summary>Of an interrupted run: whether a checkpoint holds what was done; one that is stopped before its first
    /// step has none.</summary>
    public bool HasCheckpoint { get; init; }
}

/// <summary>What a trained model's folder says beside its weights.</summary>
/// <param name="Step">The step it is of.</param>
/// <param name="Sources">The training sources, in order.</param>
/// <param name="Temperatures">τ of each source, or null where none were learned.</param>
/// <param name="RewardMean">Mean reward on the training sources.</param>
/// <param name="RewardStandardDeviation">Standard deviation of the rewards on the training sources.</param>
internal sealed record TrainedModelInfo(
    int Step,
    IReadOnlyList<string> Sources,
    IReadOnlyList<double>? Temperatures,
    double RewardMean,
    double RewardStandardDeviation
);
