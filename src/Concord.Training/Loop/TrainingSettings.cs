using Concord.Foundation;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Training.Batches;
using Concord.Training.Heads;
using Concord.Training.Losses;
using Concord.Training.Optimizers;
using Concord.Training.Schedules;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;

namespace Concord.Training.Loop;

/// <summary>By which number of the validation side the best model is chosen.</summary>
public enum Selection
{
    /// <summary>
    /// The mean over sources of the negative log-likelihood, under source temperatures where there are any: smoother
    /// than accuracy, and it sees calibration.
    /// </summary>
    Nll,

    /// <summary>The mean over sources of the accuracy.</summary>
    Accuracy,
}

/// <summary>
/// Everything that decides a training run but its data and its model. Every default is here, in the settings it holds,
/// and in <see cref="ModeDefaults"/>.
/// </summary>
public sealed record TrainingSettings
{
    /// <summary>What is trained; the head always is.</summary>
    /// <value>Default everything.</value>
    public TrainedParts Mode { get; init; } = TrainedParts.Full;

    /// <summary>How many layers, for <see cref="TrainedParts.LastLayers"/>.</summary>
    /// <value>Default 2.</value>
    [Setting("How many layers, in the mode last_layers.", Least = 1, Most = 1000)]
    public int LastLayers { get; init; } = 2;

    /// <summary>The adapters, for <see cref="TrainedParts.Adapters"/>.</summary>
    public LoraSettings Lora { get; init; } = new();

    /// <summary>
    /// Whether only the input of each layer is kept of a forward pass and the layer computed once more in the backward
    /// pass: less memory, more time, the same bits.
    /// </summary>
    /// <value>Default false.</value>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>How often the longest source is seen; may be a fraction.</summary>
    /// <value>> 0; default 1, as the paper.</value>
    [Setting("How often the longest source is seen.", Above = 0)]
    public double Epochs { get; init; } = 1;

    /// <summary>
    /// Most optimizer steps, whatever the epochs; the schedule ends there. Null for no limit; 0 evaluates and writes
    /// the untrained model (the baseline Raw).
    /// </summary>
    [Setting(
        "Most optimizer steps; empty: as many as the epochs have; 0: none, the untrained model is " + "evaluated.",
        Least = 0
    )]
    public int? MaximumSteps { get; init; }

    /// <summary>Learning rate of all but the head; null for the mode's.</summary>
    [Setting("Learning rate of all but the head; empty: the mode's.", Above = 0, Most = 10)]
    public double? LearningRate { get; init; }

    /// <summary>Learning rate of the head; null for the mode's.</summary>
    [Setting("Learning rate of the head; empty: the mode's.", Above = 0, Most = 10)]
    public double? HeadLearningRate { get; init; }

    /// <summary>What the head is when training begins.</summary>
    /// <value>Default the model's own, zero where its folder has none. <see cref="TrainedParts.HeadExact"/> is always
    /// <see cref="HeadStart.Exact"/>.</value>
    public HeadStart HeadStart { get; init; } = HeadStart.Kept;

    /// <summary>
    /// ρ of the exact head, in ρ/2 ‖w‖² beside the total loss; null for one that cross-validation over the training
    /// prompts chooses.
    /// </summary>
    [Setting("Ridge of the exact head; empty: chosen by cross-validation over the training prompts.", Above = 0)]
    public double? HeadRidge { get; init; }

    /// <summary>How batches are drawn.</summary>
    public BatchSettings Batches { get; init; } = new();

    /// <summary>The ranking loss.</summary>
    public RankingLossSettings Loss { get; init; } = new();

    /// <summary>How sources are weighted.</summary>
    /// <value>Default all alike.</value>
    public IWeighting Weighting { get; init; } = new EqualWeighting();

    /// <summary>Source temperatures.</summary>
    public SourceTemperatureSettings Temperatures { get; init; } = new();

    /// <summary>How learning rates go over the run.</summary>
    public LearningRateSchedule Schedule { get; init; } = new();

    /// <summary>How weights are changed.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>Of the order of data, of the choice under limits and resampling, and of MORE's random start.</summary>
    /// <value>Default 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The validation side, or without one the held-out comparisons, is evaluated after every so many steps, and at the
    /// end; null for once an epoch.
    /// </summary>
    [Setting(
        "The validation side, or without one the held-out side, is evaluated after so many steps; empty: once an epoch.",
        Least = 1
    )]
    public int? EvaluateEvery { get; init; }

    /// <summary>By what the best model is chosen.</summary>
    /// <value>Default the negative log-likelihood.</value>
    public Selection Selection { get; init; } = Selection.Nll;

    /// <summary>Training stops after so many evaluations without a better one; null to go on to the end.</summary>
    [Setting("Training stops after so many evaluations without a better one; empty: never.", Least = 1)]
    public int? Patience { get; init; }

    /// <summary>A checkpoint is written after every so many steps; null for by time only.</summary>
    [Setting("A checkpoint after so many steps; empty: by time only.", Least = 1)]
    public int? CheckpointEvery { get; init; }

    /// <summary>A checkpoint is written when the last one is so many seconds old.</summary>
    /// <value>> 0; default 300.</value>
    [Setting("A checkpoint when the last one is so many seconds old.", Above = 0)]
    public double CheckpointSeconds { get; init; } = 300;

    /// <summary>How many checkpoints are kept.</summary>
    /// <value>≥ 1; default 2.</value>
    [Setting("How many checkpoints are kept.", Least = 1, Most = 1000)]
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>The learning rates in force, of all but the head and of the head.</summary>
    internal (double Backbone, double Head) LearningRates =>
        (
            LearningRate ?? ModeDefaults.Table[Mode].LearningRate,
            HeadLearningRate ?? ModeDefaults.Table[Mode].HeadLearningRate
        );

    /// <summary>Whether the head is solved for before the first step.</summary>
    internal bool StartsExact => Mode == TrainedParts.HeadExact || HeadStart == HeadStart.Exact;

    /// <summary>
    /// Whether a run of these settings chooses by what it sees on the way: among several evaluations, when to stop, or
    /// temperatures. Only then does it need a validation side.
    /// </summary>
    /// <param name="sources">The K source names.</param>
    /// <param name="sourceOf">Source of each comparison trained on, 0 .. K - 1.</param>
    /// <exception cref="ConcordException">A setting is outside its range, or a source has no comparison.</exception>
    public bool Chooses(IReadOnlyList<string> sources, IReadOnlyList<int> sourceOf)
    {
        if (Mode == TrainedParts.HeadExact)
            return false;
        if (Temperatures.Enabled || Patience is not null || StartsExact) // the exact head may be the best
            return true;
        var plan = new BatchPlan(Batches, sources, [], sourceOf, Seed);
        var steps = Math.Min(plan.StepsFor(Epochs), MaximumSteps ?? int.MaxValue);
        return steps > (EvaluateEvery ?? plan.StepsPerEpoch);
    }

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <param name="sources">The sources there are.</param>
    /// <exception cref="ConcordException">A value is outside its range; the message names it.</exception>
    public void Validate(IReadOnlyList<string> sources)
    {
        Batches.Validate(sources);
        Loss.Validate();
        Weighting.Validate(sources, Batches, Loss);
        Temperatures.Validate();
        Schedule.Validate();
        Optimizer.Validate();
        SettingRule.Check(Lora, "lora.");
        SettingRule.Check(this);
        if (Mode == TrainedParts.HeadExact && Weighting.Space != GradientSpace.None)
            throw new ConcordException(
                $"The mode head_exact minimises one convex loss, and the weighting {Weighting.GetType().Name} changes "
                    + $"the loss with the head: its weights depend on gradients. Take `weighting: equal`, `multitask` "
                    + $"or `static`, or the mode head."
            );
        if (Mode == TrainedParts.HeadExact && Temperatures.Enabled)
            throw new ConcordException(
                "The mode head_exact takes no steps in which source temperatures could be learned: leave "
                    + "`temperatures.enabled` out, or take the mode head."
            );
        if (Weighting is { Scope: WeightingScope.MicroBatch, Space: GradientSpace.Trained })
            throw new ConcordException(
                $"The weighting {Weighting.GetType().Name} sees the gradients of all trained parameters, which are "
                    + $"those of a whole batch: it cannot decide micro-batch by micro-batch."
            );
    }
}
