using System.Globalization;
using Concord.Calibration;
using Concord.Records;
using Concord.Training.Loop;

namespace Concord;

/// <summary>How a training ended, and with what.</summary>
public sealed class RewardTrainingResult
{
    private readonly Lazy<EvaluationReport> evaluation;

    internal RewardTrainingResult(string output, TrainingResult result)
    {
        Output = output;
        Outcome = result.Outcome;
        Step = result.Step;
        Steps = result.Steps;
        BestStep = result.BestStep;
        evaluation = new Lazy<EvaluationReport>(() => result.Evaluation ?? OfFolder());
    }

    /// <summary>The run's folder.</summary>
    public string Output { get; }

    /// <summary>The folder of the trained model, of <see cref="BestStep"/>.</summary>
    public string ModelFolder => new RunContents(Output).ModelFolder;

    /// <summary>How it ended.</summary>
    public TrainingOutcome Outcome { get; }

    /// <summary>Steps done.</summary>
    public int Step { get; }

    /// <summary>Steps planned.</summary>
    public int Steps { get; }

    /// <summary>The step whose model is in the folder; -1 where none is yet.</summary>
    public int BestStep { get; }

    /// <summary>What the trained model is worth on the held-out comparisons, source by source.</summary>
    /// <exception cref="ConcordException">The run was interrupted: it has no result yet.</exception>
    public EvaluationReport Evaluation => evaluation.Value;

    private EvaluationReport OfFolder() =>
        Outcome == TrainingOutcome.Interrupted
            ? throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Output}: the run was interrupted after step {Step} of {Steps} and has no evaluation yet; run "
                        + $"it again to go on."
                )
            )
            : Calibration.Evaluation.Run(new RunContents(Output).Predictions());
}
