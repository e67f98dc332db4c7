using System.Diagnostics;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;

namespace Concord.Bench;

/// <summary>
/// A model under training, whose steps are those of a run: forward and backward by <see cref="RankingObjective"/>, the
/// gradient's norm, clipping, AdamW.
/// </summary>
internal sealed class TimedTraining : IDisposable
{
    private const double Rate = 1e-7; // weights hardly move: every step is as the first

    private readonly OptimizerSettings settings = new();
    private readonly AdamW optimizer;
    private readonly List<RankingObjective> steps = [];
    private int taken;

    /// <summary>Begins with a model whose trained part is chosen.</summary>
    public TimedTraining(RewardModel model)
    {
        Model = model;
        Parameters = new FlatParameters(model, settings, Rate, Rate);
        optimizer = new AdamW(Parameters, settings);
    }

    /// <summary>The model.</summary>
    public RewardModel Model { get; }

    /// <summary>Its trained parameters.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Seconds the optimizer took of the last step, the gradient's norm included.</summary>
    public double OptimizerSeconds { get; private set; }

    /// <summary>A scheme with a state of its own over the model's parameters.</summary>
    /// <param name="weighting">The scheme; an instance of its own.</param>
    /// <param name="sources">K.</param>
    /// <param name="micro">Comparisons computed at once; null for the whole batch.</param>
    /// <param name="cache">Hidden states below the trained layers, or null.</param>
    public RankingObjective Scheme(IWeighting weighting, int sources, int? micro = null, FrozenStateCache? cache = null)
    {
        string[] names = [.. Enumerable.Range(0, sources).Select(source => $"{source}")];
        weighting.Start(new WeightingContext(names, Model.Config.HiddenSize, 1));
        steps.Add(
            new RankingObjective(
                Model,
                Parameters,
                new RankingLossSettings(),
                new BatchSettings { MicroBatch = micro },
                weighting,
                new SourceTemperatures(sources, new SourceTemperatureSettings())
            )
            {
                Cache = cache,
            }
        );
        return steps[^1];
    }

    /// <summary>One step.</summary>
    /// <param name="step">A scheme of this model.</param>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sources">Source of each.</param>
    public StepOutcome Step(RankingObjective step, TokenizedComparison[] comparisons, int[] sources)
    {
        var outcome = step.Step(Batch(comparisons, sources), CancellationToken.None);
        var start = Stopwatch.GetTimestamp();
        var norm = Parameters.GradientNorm();
        optimizer.Step(++taken, 1, settings.ClipNorm is { } limit && norm > limit ? limit / norm : 1);
        OptimizerSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return outcome;
    }

    /// <summary>Forward and backward only: what it gave, and a copy of the gradient, which is zero again.</summary>
    public (StepOutcome Outcome, torch.Tensor Gradient) Gradient(
        RankingObjective step,
        TokenizedComparison[] comparisons,
        int[] sources
    )
    {
        var outcome = step.Step(Batch(comparisons, sources), CancellationToken.None);
        using var mode = torch.no_grad();
        var gradient = Parameters.Gradients.clone();
        Parameters.Gradients.zero_();
        return (outcome, gradient);
    }

    private static TrainingBatch Batch(TokenizedComparison[] comparisons, int[] sources) =>
        new(0, comparisons, sources, new bool[comparisons.Length]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var step in steps)
            step.Dispose();
        optimizer.Dispose();
        Parameters.Dispose();
        Model.Dispose();
    }
}
