using Concord.Modeling.Kernels;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Optimizers;
using Concord.Training.Solvers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>What the forward and backward passes of one batch gave; gradients lie in the flat buffer.</summary>
/// <param name="Loss">Under the weights.</param>
/// <param name="Losses">L_i, (K); NaN where absent.</param>
/// <param name="Weights">λ, (K).</param>
/// <param name="Spread">Of λ.</param>
/// <param name="Cosines">Of the raw head gradients, (K, K).</param>
/// <param name="Rewards">Of every comparison's responses.</param>
/// <param name="Tokens">Computed, a second forward pass not counted.</param>
internal sealed record StepOutcome(
    double Loss,
    double[] Losses,
    double[] Weights,
    double Spread,
    double[] Cosines,
    double[][] Rewards,
    long Tokens
);

/// <summary>
/// The heart of the method: rewards of a batch, source losses, head gradients in closed form, their Gram matrix,
/// weights λ, and the gradient of Σ λ_i L_i (paper, algorithm 1).
/// </summary>
/// <remarks>
/// Accumulated micro-batches give the gradient of the large batch: pairs are shared out over the whole batch
/// beforehand. Where λ depends on a batch of several micro-batches there are two exact ways,
/// <see cref="MoreAccumulation"/>; with one micro-batch λ costs next to nothing.
/// </remarks>
internal sealed class TrainingStep(
    RewardModel model,
    TrainingSettings settings,
    int sources,
    IWeighting weighting,
    GradientMomentum? momentum,
    SourceTemperatures temperatures,
    IGradientExchange exchange,
    FlatParameters parameters,
    FrozenStateCache? cache = null
) : IDisposable
{
    /// <summary>
    /// Gradient buffers of all sources together may take so many bytes before a second forward pass is taken instead.
    /// Measured on four layers, four sources, two cores: a second pass costs 1.4 to 1.8 times a MultiTask step, buffers
    /// 1.0 times.
    /// </summary>
    private const long BufferLimit = 1L << 30;

    private torch.Tensor? _buffers; // (K, N): the gradient of each source's loss

    /// <summary>
    /// Takes a batch forward and back; its gradient is added to the parameters' buffer, which is zero before.
    /// </summary>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sourceOf">Source of each comparison.</param>
    /// <param name="cancellation">Looked at between micro-batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; gradients are zero again, the momentum is to be
    /// put back.</exception>
    public StepOutcome Run(
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sourceOf,
        CancellationToken cancellation
    )
    {
        var micro = MicroBatches.Split(comparisons, sourceOf, settings.Batches);
        var rewards = new double[comparisons.Count][];
        try
        {
            if (settings.Weighting.Scope == WeightingScope.Batch || micro.Length == 1)
                return Whole(micro, 1);
            // micro-batch scope, as the authors: each has its own losses, λ and update of the momentum; gradients are
            // averaged
            return Average([.. micro.Select(part => Whole([part], 1.0 / micro.Length))]);
        }
        catch (OperationCanceledException)
        {
            using var mode = torch.no_grad();
            parameters.Gradients.zero_();
            throw;
        }

        StepOutcome Whole(int[][] parts, double scale)
        {
            var buffered = weighting.NeedsGradients && parts.Length > 1 && TakesBuffers;
            if (buffered)
                parts = MicroBatches.SplitBySource(
                    comparisons,
                    sourceOf,
                    settings.Batches with
                    {
                        MicroBatch = parts.Max(part => part.Length),
                    }
                );
            using var pass = new BatchPass(model, parts, comparisons, sourceOf, sources, settings.Loss);
            var outcome =
                !weighting.NeedsGradients ? KnownWeights(pass, scale, cancellation)
                : buffered ? GradientBuffers(pass, cancellation)
                : SecondForward(pass, scale, cancellation);
            pass.CopyRewards(rewards);
            return outcome with { Rewards = rewards };
        }
    }

    private bool TakesBuffers =>
        settings.Weighting.Accumulation switch
        {
            MoreAccumulation.GradientBuffers => true,
            MoreAccumulation.SecondForward => false,
            _ => sources * parameters.Gradients.numel() * sizeof(float) <= BufferLimit,
        };

    /// <summary>λ is known before: each part is taken forward and back at once.</summary>
    private StepOutcome KnownWeights(BatchPass pass, double scale, CancellationToken cancellation)
    {
        var weights = weighting.Weigh(null, [], pass.Present);
        foreach (var part in pass.Parts)
        {
            cancellation.ThrowIfCancellationRequested();
            Prepare(part, twice: false);
            pass.Forward(part, record: true);
            Backward(pass.Losses(part, temperatures.Values).TotalRewardGradients(weights.Weights), scale);
        }
        var (result, gram, _) = Evaluate(pass);
        return Outcome(pass, result, weights, gram);
    }

    /// <summary>
    /// All parts forward without a record, then λ, then each forward and back. One part is recorded the first time.
    /// </summary>
    private StepOutcome SecondForward(BatchPass pass, double scale, CancellationToken cancellation)
    {
        var once = pass.Parts.Count == 1;
        foreach (var part in pass.Parts)
        {
            cancellation.ThrowIfCancellationRequested();
            Prepare(part, twice: !once);
            pass.Forward(part, record: once);
        }
        var (result, gram, smoothed) = Evaluate(pass);
        var weights = weighting.Weigh(smoothed, result.Losses, pass.Present);
        var gradients = result.TotalRewardGradients(weights.Weights);
        foreach (var part in pass.Parts)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!once)
                pass.Forward(part, record: true);
            Backward(gradients.AsSpan(part.FirstRow, part.Batch.RowCount).ToArray(), scale);
        }
        return Outcome(pass, result, weights, gram);
    }

    /// <summary>
    /// Parts of one source each, forward and back once, each source's gradient kept by itself; then λ, and their
    /// weighted sum.
    /// </summary>
    private StepOutcome GradientBuffers(BatchPass pass, CancellationToken cancellation)
    {
        _buffers ??= torch
            .empty(sources, parameters.Gradients.numel(), device: parameters.Gradients.device)
            .DetachFromDisposeScope();
        for (var i = 0; i < pass.Parts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = pass.Parts[i];
            var source = pass.Pairs.ComparisonSources[part.First];
            Prepare(part, twice: false);
            pass.Forward(part, record: true);
            Backward(pass.Losses(part, temperatures.Values).RewardGradients, 1);
            if (i + 1 < pass.Parts.Count && pass.Pairs.ComparisonSources[pass.Parts[i + 1].First] == source)
                continue;
            using var mode = torch.no_grad();
            using var buffer = _buffers.select(0, source);
            buffer.copy_(parameters.Gradients);
            parameters.Gradients.zero_();
        }
        var (result, gram, smoothed) = Evaluate(pass);
        var weights = weighting.Weigh(smoothed, result.Losses, pass.Present);
        // 0 for absent sources, whose buffer holds another step's
        AddUp(_buffers, result.Coefficients(weights.Weights));
        return Outcome(pass, result, weights, gram);
    }

    // On the CPU by a kernel of ours: the tensor library would take each factor as a temporary number that the garbage
    // collector may free while it is read, and a wrong λ would go unseen.
    private unsafe void AddUp(torch.Tensor buffers, double[] coefficients)
    {
        using var mode = torch.no_grad();
        if (parameters.Gradients.device_type == DeviceType.CPU)
        {
            using var flat = buffers.view(-1);
            WeightedSum.Run(
                FlatParameters.Memory(flat, 0),
                coefficients,
                FlatParameters.Memory(parameters.Gradients, 0),
                parameters.Gradients.numel()
            );
            return;
        }
        for (var source = 0; source < sources; source++)
        {
            if (coefficients[source] == 0)
                continue;
            using var buffer = buffers.select(0, source);
            parameters.Gradients.add_(buffer, alpha: coefficients[source]);
        }
    }

    // hidden states below the lowest trained layer: from the cache, or computed apart where they serve two passes
    private void Prepare(BatchPass.Part part, bool twice)
    {
        if (cache is not null)
            part.Frozen = cache.States(part.Batch);
        else if (twice && model.FirstTrainedLayer > 0)
            part.Frozen = model.FrozenStates(part.Batch);
    }

    private void Backward(double[] gradients, double scale)
    {
        for (var i = 0; scale != 1 && i < gradients.Length; i++)
            gradients[i] *= scale;
        model.Backward(gradients);
    }

    private (RankingLossResult Result, GramMatrix Gram, GramMatrix Smoothed) Evaluate(BatchPass pass)
    {
        var result = RankingLoss.Evaluate(pass.Pairs, pass.Rewards, temperatures.Values);
        var gradients = result.HeadGradients(pass.Hidden); // (K, H)
        exchange.Sum(result.Losses);
        exchange.Sum(gradients);
        var gram = GramMatrix.Of(gradients, sources);
        return (
            result,
            gram,
            weighting.NeedsGradients && momentum is not null ? momentum.Update(gradients, pass.Present) : gram
        );
    }

    private static StepOutcome Outcome(
        BatchPass pass,
        RankingLossResult result,
        WeightingResult weights,
        GramMatrix gram
    ) =>
        new(
            result.Total(weights.Weights),
            [.. result.Losses.Select((loss, i) => pass.Present[i] ? loss : double.NaN)],
            weights.Weights,
            weights.Spread,
            gram.Cosines(),
            [],
            pass.Tokens
        );

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
        return new(
            outcomes.Average(outcome => outcome.Loss),
            Mean(outcome => outcome.Losses),
            Mean(outcome => outcome.Weights),
            outcomes.Average(outcome => outcome.Spread),
            Mean(outcome => outcome.Cosines),
            outcomes[0].Rewards,
            outcomes.Sum(outcome => outcome.Tokens)
        );
    }

    /// <inheritdoc/>
    public void Dispose() => _buffers?.Dispose();
}
