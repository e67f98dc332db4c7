using System.Diagnostics;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;

namespace Concord.Training.Loop;

/// <summary>What a step of a run takes, measured on a part of its first batch. Nothing is written.</summary>
/// <param name="Tokens">Tokens of the part.</param>
/// <param name="SecondsPerStep">Seconds of a whole step, the optimizer's included.</param>
/// <param name="SecondsPerScoredToken">Seconds that a token takes where rewards alone are computed.</param>
/// <param name="PeakBytes">Most memory that this process has held.</param>
/// <param name="TrainedParameters">Numbers that training changes.</param>
public sealed record TrainingRehearsal(
    long Tokens,
    double SecondsPerStep,
    double SecondsPerScoredToken,
    long PeakBytes,
    long TrainedParameters
)
{
    // what takes longer is measured once
    private const double LongEnough = 5;

    // forward once, and backward for about twice as long
    private const double PartWork = 3;

    /// <summary>Measures.</summary>
    /// <param name="model">The model, which is changed by it.</param>
    /// <param name="data">The run's comparisons.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ConcordException">Settings and data do not fit, or no part of the first batch has a strict
    /// pair.</exception>
    public static TrainingRehearsal Of(
        RewardModel model,
        TrainingData data,
        TrainingSettings settings,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate(data.Sources);
        var batches = new RunBatches(data, settings);
        var plan = batches.Plan();
        var batch = batches.Batches.Batch(0);
        var micro = MicroBatches.Split(batch.Comparisons, batch.Sources, settings.Batches);
        var chosen =
            micro.FirstOrDefault(part => part.Any(i => batch.Comparisons[i].Comparison.StrictPairs > 0))
            ?? throw new ConcordException("The first batch has no strict pair: all its comparisons are ties.");
        TokenizedComparison[] comparisons = [.. chosen.Select(i => batch.Comparisons[i])];
        var part = new TrainingBatch(
            0,
            comparisons,
            [.. chosen.Select(i => batch.Sources[i])],
            [.. chosen.Select(i => batch.Fresh[i])]
        );

        using var packed = PackedBatch.Create(comparisons, model.Device);
        var scoring = Seconds(
            () =>
            {
                using var output = model.Forward(packed);
            },
            cancellation
        );
        model.SetTrained(settings.Mode, settings.LastLayers, settings.Lora);
        model.ActivationCheckpointing = settings.ActivationCheckpointing;
        var rates = settings.LearningRates;
        using var parameters = new FlatParameters(model, settings.Optimizer, rates.Backbone, rates.Head);
        using var optimizer = settings.Optimizer.Over(parameters);
        settings.Weighting.Start(new WeightingContext(data.Sources, model.Config.HiddenSize, settings.Seed));
        using var objective = new RankingObjective(
            model,
            parameters,
            settings.Loss,
            settings.Batches,
            settings.Weighting,
            new SourceTemperatures(data.Sources.Count, settings.Temperatures)
        );
        var computing = Seconds(() => objective.Step(part, cancellation), cancellation);
        var updating = Seconds(() => optimizer.Step(1, 1e-6, 1), cancellation);
        var perStep = plan.Steps == 0 ? packed.TokenCount : (double)plan.Tokens / plan.Steps;
        var work = (objective.ForwardPasses(micro.Length) + PartWork - 1) / PartWork;
        return new TrainingRehearsal(
            packed.TokenCount,
            computing * work * perStep / packed.TokenCount + updating,
            scoring / packed.TokenCount,
            Process.GetCurrentProcess().PeakWorkingSet64,
            parameters.Gradients.numel()
        );
    }

    // the first time makes buffers and compiles; where that is a small part of it, it is all that is needed
    private static double Seconds(Action work, CancellationToken cancellation)
    {
        double seconds = 0;
        for (var round = 0; round < 2 && (round == 0 || seconds < LongEnough); round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            work();
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return seconds;
    }
}
