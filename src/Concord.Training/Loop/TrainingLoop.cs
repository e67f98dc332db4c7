using System.Diagnostics;
using System.Globalization;
using Concord.Modeling.Files;
using Concord.Training.Batches;
using Concord.Training.Checkpoints;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.State;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// The loop of a training: a batch, its gradient, an update; evaluations and checkpoints where they are due. It knows
/// an objective, a source of batches, an optimizer and a run's folder, and nothing of what is inside them.
/// </summary>
/// <param name="parameters">What is trained.</param>
/// <param name="objective">What is descended on.</param>
/// <param name="batches">Where batches come from.</param>
/// <param name="optimizer">How weights are changed.</param>
/// <param name="settings">Schedule and clipping, when to evaluate, when to write a checkpoint.</param>
/// <param name="checkpoints">Where checkpoints are kept.</param>
/// <param name="metrics">Gets a line a step.</param>
/// <param name="observer">Is told of every step and checkpoint.</param>
internal sealed class TrainingLoop(
    FlatParameters parameters,
    IObjective objective,
    IBatchSource batches,
    IOptimizer optimizer,
    TrainingSettings settings,
    CheckpointStore checkpoints,
    MetricsLog metrics,
    ITrainingObserver observer
)
{
    private readonly StateTensors state = new(parameters, optimizer, objective);
    private readonly Stopwatch sinceCheckpoint = new();
    private TrainingProgress? saved;

    /// <summary>Where the training stands.</summary>
    public required TrainingProgress Progress { get; set; }

    /// <summary>
    /// Evaluates the model as it is, and says where the training stands then; null where there is nothing to evaluate
    /// on.
    /// </summary>
    public Func<TrainingProgress, CancellationToken, TrainingProgress>? Evaluate { get; init; }

    /// <summary>Goes on from a checkpoint: whatever remembers something has it back after it.</summary>
    /// <param name="progress">Where the training stood.</param>
    /// <param name="tensors">What its parts remembered.</param>
    /// <exception cref="ConcordException">The checkpoint is of another kind of run.</exception>
    public void Resume(TrainingProgress progress, SafetensorsFile tensors)
    {
        state.Load(tensors);
        Progress = progress;
    }

    /// <summary>Begins where something has been done before the first step; a checkpoint holds it.</summary>
    /// <param name="progress">Where the training stands.</param>
    /// <exception cref="ConcordException">A file cannot be written.</exception>
    public void Begin(TrainingProgress progress)
    {
        Progress = progress;
        Save();
    }

    /// <summary>Goes to the end, or until cancelled; a checkpoint holds where it stopped.</summary>
    /// <param name="cancellation">When cancelled, the step that is being taken has not been.</param>
    /// <returns>Whether it went to the end.</returns>
    /// <exception cref="ConcordException">Training diverged, or a file cannot be written.</exception>
    public bool Run(CancellationToken cancellation)
    {
        saved = Progress; // a run cancelled before its first step begins anew
        sinceCheckpoint.Restart();
        try
        {
            while (true)
            {
                if (IsEvaluationDue)
                    Progress = Evaluate!(Progress, cancellation);
                if (IsDone)
                    break;
                if (IsCheckpointDue)
                    Save();
                cancellation.ThrowIfCancellationRequested();
                Step(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Save();
            return false;
        }
        Save();
        return true;
    }

    private void Step(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var batch = batches.Batch(Progress.Step);
        var outcome = Differentiate(batch, cancellation);

        var updating = Stopwatch.StartNew();
        var norm = parameters.GradientNorm();
        CheckFinite(outcome.Loss, norm);
        var factor = settings.Schedule.Factor(Progress.Step, Progress.Steps);
        var clip = settings.Optimizer.ClipNorm is { } limit && norm > limit ? limit / norm : 1;
        optimizer.Step(Progress.Step + 1, factor, clip);
        updating.Stop();

        Progress = Progress with { Step = Progress.Step + 1 };
        var report = new StepReport
        {
            Step = Progress.Step,
            Steps = Progress.Steps,
            Epoch = (double)Progress.Step / batches.StepsPerEpoch,
            Loss = outcome.Loss,
            Losses = outcome.Losses,
            Weights = outcome.Weights,
            Temperatures = outcome.Temperatures,
            Spread = outcome.Spread,
            Cosines = outcome.Cosines,
            LearningRate = settings.LearningRates.Backbone * factor,
            HeadLearningRate = settings.LearningRates.Head * factor,
            GradientNorm = norm,
            Comparisons = batch.Comparisons.Count,
            Tokens = outcome.Tokens,
            Seconds = watch.Elapsed.TotalSeconds,
            OptimizerSeconds = updating.Elapsed.TotalSeconds,
        };
        metrics.Write(report);
        observer.Stepped(report);
    }

    // a step that is cancelled has not been: it is taken whole when the run goes on
    private StepOutcome Differentiate(TrainingBatch batch, CancellationToken cancellation)
    {
        using var before = new StateSnapshot(objective);
        try
        {
            return objective.Step(batch, cancellation);
        }
        catch (OperationCanceledException)
        {
            before.Restore();
            using var mode = torch.no_grad();
            parameters.Gradients.zero_();
            throw;
        }
    }

    private void CheckFinite(double loss, double norm)
    {
        if (!double.IsFinite(norm) || !double.IsFinite(loss))
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Training diverged at step {Progress.Step + 1}: the loss is {loss}, the gradient's norm {norm} "
                        + $"({parameters.NotFinite() ?? "all parameters"}). Lower the learning rate."
                )
            );
    }

    private bool IsEvaluationDue =>
        Evaluate is not null
        && Progress.EvaluatedStep != Progress.Step
        && (
            Progress.Step == Progress.Steps
            || (Progress.Step == 0 && settings.StartsExact) // the exact head may be the best model
            || (Progress.Step > 0 && Progress.Step % (settings.EvaluateEvery ?? batches.StepsPerEpoch) == 0)
        );

    private bool IsDone =>
        Progress.Step == Progress.Steps
        || (settings.Patience is { } patience && Progress.EvaluationsSinceBest >= patience);

    // after an evaluation too: the best model is on disk then, and evaluating again costs more than a checkpoint
    private bool IsCheckpointDue =>
        Progress != saved
        && (
            Progress.EvaluatedStep != saved?.EvaluatedStep
            || (settings.CheckpointEvery is { } every && Progress.Step % every == 0)
            || sinceCheckpoint.Elapsed.TotalSeconds >= settings.CheckpointSeconds
        );

    private void Save()
    {
        if (Progress == saved)
            return;
        using var scope = torch.NewDisposeScope();
        var place = checkpoints.Save(Progress, state.All());
        saved = Progress;
        sinceCheckpoint.Restart();
        observer.CheckpointWritten(Progress.Step, place);
    }
}
