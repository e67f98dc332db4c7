using Concord.Modeling.Rewards;
using Concord.Training.Batches;
using Concord.Training.Exchange;
using Concord.Training.Losses;
using Concord.Training.Optimizers;
using Concord.Training.State;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;

namespace Concord.Training.Objectives;

/// <summary>
/// The ranking loss of many sources under a weighting (paper, algorithm 1): it owns the loss, the weighting and the
/// source temperatures.
/// </summary>
/// <remarks>
/// Accumulated micro-batches give the gradient of the large batch: pairs are shared out over the whole batch
/// beforehand. Where λ depends on a batch of several micro-batches there are two exact ways,
/// <see cref="GradientAccumulation"/>; with one micro-batch λ costs next to nothing.
/// </remarks>
/// <param name="model">The model, with its trained part chosen.</param>
/// <param name="parameters">Its trained parameters.</param>
/// <param name="loss">The ranking loss.</param>
/// <param name="batches">Size of a micro-batch and token budget.</param>
/// <param name="weighting">The weighting, which has been started.</param>
/// <param name="temperatures">τ of each of the K sources.</param>
internal sealed class RankingObjective(
    RewardModel model,
    FlatParameters parameters,
    RankingLossSettings loss,
    BatchSettings batches,
    IWeighting weighting,
    SourceTemperatures temperatures
) : IObjective
{
    /// <summary>
    /// Gradient buffers of all sources together may take so many bytes before a second forward pass is taken instead.
    /// Measured on four layers, four sources, two cores: a second pass costs 1.4 to 1.8 times a step of known weights,
    /// buffers 1.0 times.
    /// </summary>
    private const long BufferLimit = 1L << 30;

    private readonly int sources = temperatures.Values.Length;
    private readonly KnownWeights knownWeights = new(parameters);
    private readonly SecondForward secondForward = new(parameters);
    private readonly GradientBuffers gradientBuffers = new(
        parameters,
        batches,
        temperatures.Values.Length,
        weighting.Space == GradientSpace.Trained
    );

    /// <summary>Learns the temperatures; null where they stay.</summary>
    public TemperatureLearner? Learner { get; init; }

    /// <summary>Other processes of the run.</summary>
    public IGradientExchange Exchange { get; init; } = new SingleProcess();

    /// <summary>Told the share of a step's work that is done; may be null.</summary>
    public Action<double>? Progressed { get; init; }

    /// <summary>Where hidden states below the trained layers are kept, or null.</summary>
    public FrozenStateCache? Cache { get; init; }

    /// <summary>Rewards of every comparison's responses in the last batch, before its step.</summary>
    public double[][] Rewards { get; private set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State => [.. (weighting as IStateful)?.State ?? [], .. temperatures.State];

    /// <inheritdoc/>
    public void Restored()
    {
        (weighting as IStateful)?.Restored();
        temperatures.Restored();
    }

    /// <inheritdoc/>
    /// <exception cref="ConcordException">The weighting gives coefficients that are none.</exception>
    public StepOutcome Step(TrainingBatch batch, CancellationToken cancellation)
    {
        Rewards = new double[batch.Comparisons.Count][];
        var micro = MicroBatches.Split(batch.Comparisons, batch.Sources, batches);
        var outcome =
            weighting.Scope == WeightingScope.Batch || micro.Length == 1
                ? Step(batch, micro, 1, Exchange, Progressed, cancellation)
                : EachForItself(batch, micro, cancellation);
        Learner?.Step(model, batch, Rewards);
        return outcome;
    }

    /// <summary>Algorithm 1 of the paper, but for the optimizer's update.</summary>
    private StepOutcome Step(
        TrainingBatch batch,
        int[][] micro,
        double scale,
        IGradientExchange exchange,
        Action<double>? progressed,
        CancellationToken cancellation
    )
    {
        var way = WayOf(micro.Length);
        using var pass = new BatchPass(model, batch, way.Cut(micro, batch), sources, loss, exchange)
        {
            Temperatures = temperatures.Values.ToArray(),
            Scale = scale,
            Cache = Cache,
            Progressed = progressed,
            ForwardPasses = way.ForwardPasses(micro.Length),
            Cancellation = cancellation,
        };
        var known = weighting.Space == GradientSpace.None ? Weigh(new(pass.Present)) : null;
        way.Forward(pass, known); // r (R), z (R, H)
        var losses = RankingLoss.Evaluate(pass.Pairs, pass.Rewards, pass.Temperatures); // L (K)
        var head = losses.HeadGradients(pass.Hidden); // g (K, H)
        exchange.Sum(losses.Losses);
        exchange.Sum(losses.Centering);
        exchange.Sum(head);
        var gradients = new SourceGradients(
            pass.Present,
            losses.Losses,
            head,
            weighting.Space == GradientSpace.Trained ? gradientBuffers.Gram : null
        );
        var weights = known ?? Weigh(gradients); // λ (K)
        way.Backward(pass, losses, weights); // Σ λ_i dL_i/dθ (N)
        pass.CopyRewards(Rewards);
        return new()
        {
            Loss = losses.Total(weights),
            Losses = [.. losses.Losses.Select((of, i) => pass.Present[i] ? of : double.NaN)],
            Weights = weights,
            Spread = Spread(weights, pass.Present),
            Cosines = gradients.HeadGram.Cosines(),
            Temperatures = pass.Temperatures,
            Tokens = pass.Tokens,
        };
    }

    /// <summary>
    /// Micro-batch scope, as the authors: each has its own losses, λ and update of the momentum; gradients are
    /// averaged.
    /// </summary>
    private StepOutcome EachForItself(TrainingBatch batch, int[][] micro, CancellationToken cancellation)
    {
        double[] count = [micro.Length];
        Exchange.Sum(count);
        var alone = new SingleProcess();
        var outcome = Average([
            .. micro.Select(
                (part, i) =>
                    Step(
                        batch,
                        [part],
                        1 / count[0],
                        alone,
                        Progressed is { } told ? share => told((i + share) / micro.Length) : null,
                        cancellation
                    )
            ),
        ]);
        Exchange.Sum(parameters.Gradients);
        return outcome;
    }

    /// <summary>How often a batch of so many micro-batches is taken forward.</summary>
    public int ForwardPasses(int micro) =>
        weighting.Scope == WeightingScope.Batch || micro == 1 ? WayOf(micro).ForwardPasses(micro) : 1;

    private IGradientPass WayOf(int micro) =>
        weighting.Space switch
        {
            GradientSpace.None => knownWeights,
            GradientSpace.Trained => gradientBuffers,
            _ when micro > 1 && TakesBuffers => gradientBuffers,
            _ => secondForward,
        };

    private bool TakesBuffers =>
        weighting.Accumulation switch
        {
            GradientAccumulation.GradientBuffers => true,
            GradientAccumulation.SecondForward => false,
            _ => sources * parameters.Gradients.numel() * sizeof(float) <= BufferLimit,
        };

    private double[] Weigh(SourceGradients gradients)
    {
        var weights = weighting.Weigh(gradients);
        if (weights.Length != sources || !weights.All(double.IsFinite))
            throw new ConcordException(
                $"The weighting {weighting.GetType().Name} gave the coefficients {string.Join(", ", weights)} for "
                    + $"{sources} sources: a finite number for each was expected."
            );
        return weights;
    }

    // with equally correlated source gradients it stays near 0, and the scheme is then Equal
    private static double Spread(double[] weights, bool[] present)
    {
        double[] of = [.. weights.Where((_, i) => present[i])];
        return of.Length == 0 ? 0 : of.Max() - of.Min();
    }

    private static StepOutcome Average(StepOutcome[] outcomes)
    {
        double[] Mean(Func<StepOutcome, double[]> of) =>
            [
                .. Enumerable
                    .Range(0, of(outcomes[0]).Length)
                    .Select(i =>
                        outcomes
                            .Select(outcome => of(outcome)[i])
                            .Where(double.IsFinite)
                            .DefaultIfEmpty(double.NaN)
                            .Average()
                    ),
            ];
        return new()
        {
            Loss = outcomes.Average(outcome => outcome.Loss),
            Losses = Mean(outcome => outcome.Losses),
            Weights = Mean(outcome => outcome.Weights),
            Spread = outcomes.Average(outcome => outcome.Spread),
            Cosines = Mean(outcome => outcome.Cosines),
            Temperatures = outcomes[0].Temperatures,
            Tokens = outcomes.Sum(outcome => outcome.Tokens),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => gradientBuffers.Dispose();
}
