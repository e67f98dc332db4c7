using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>What the forward and backward passes of one batch gave; gradients lie in the parameters.</summary>
/// <param name="Loss">Under the weights.</param>
/// <param name="Losses">L_i, (K); NaN where absent.</param>
/// <param name="Weights">λ, (K).</param>
/// <param name="Spread">Of λ.</param>
/// <param name="Cosines">Of the raw head gradients, (K, K).</param>
/// <param name="Rewards">Of every row, in the order of the batch's comparisons.</param>
/// <param name="Tokens">Computed, a second forward pass not counted.</param>
internal sealed record StepOutcome(double Loss, double[] Losses, double[] Weights, double Spread, double[] Cosines, double[][] Rewards, long Tokens);

/// <summary>
/// The heart of the method: rewards of a batch, source losses, head gradients in closed form, their Gram matrix, weights λ, and the gradient of Σ λ_i L_i (paper, algorithm 1).
/// </summary>
/// <remarks>
/// Accumulated micro-batches give the gradient of the large batch: pairs are shared out over the whole batch beforehand. Where λ depends on the batch and the batch has several micro-batches, they are
/// first taken forward without a record, then λ is known, then each is taken forward and back: one forward pass more, exact, and no memory for a gradient per source. Hidden states below the lowest
/// trained layer are computed once for both.
/// </remarks>
internal sealed class TrainingStep(
    RewardModel model, TrainingSettings settings, int sources, IWeighting weighting, GradientMomentum? momentum, SourceTemperatures temperatures, IGradientExchange exchange, Action afterBackward,
    FrozenStateCache? cache = null)
{
    private sealed record Part(PackedBatch Batch, int FirstComparison, int Comparisons, int FirstRow) : IDisposable
    {
        public torch.Tensor? Frozen { get; set; }

        public void Dispose()
        {
            Frozen?.Dispose();
            Batch.Dispose();
        }
    }

    /// <summary>Takes a batch forward and back.</summary>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sourceOf">Source of each comparison.</param>
    /// <param name="cancellation">Looked at between micro-batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; gradients and momentum are then to be put back.</exception>
    public StepOutcome Run(IReadOnlyList<TokenizedComparison> comparisons, IReadOnlyList<int> sourceOf, CancellationToken cancellation)
    {
        var micro = MicroBatches.Split(comparisons, sourceOf, settings.Batches);
        var rewards = new double[comparisons.Count][];
        if (settings.Weighting.Scope == WeightingScope.Batch || micro.Length == 1) return Whole(micro, comparisons, sourceOf, rewards, cancellation);

        // micro-batch scope, as the authors: each has its own losses, λ and update of the momentum; gradients are averaged
        var outcomes = micro.Select(part => Whole([part], comparisons, sourceOf, rewards, cancellation, 1.0 / micro.Length)).ToArray();
        return new(
            outcomes.Average(outcome => outcome.Loss), Average(outcome => outcome.Losses), Average(outcome => outcome.Weights), outcomes.Average(outcome => outcome.Spread),
            Average(outcome => outcome.Cosines), rewards, outcomes.Sum(outcome => outcome.Tokens));

        double[] Average(Func<StepOutcome, double[]> of) =>
            [.. Enumerable.Range(0, of(outcomes[0]).Length).Select(i => outcomes.Select(outcome => of(outcome)[i]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average())];
    }

    private StepOutcome Whole(int[][] micro, IReadOnlyList<TokenizedComparison> comparisons, IReadOnlyList<int> sourceOf, double[][] rewards, CancellationToken cancellation, double scale = 1)
    {
        int[] order = [.. micro.SelectMany(part => part)];
        var pairs = RankingPairs.Create([.. order.Select(index => comparisons[index])], [.. order.Select(index => sourceOf[index])], sources, settings.Loss);
        var (all, hidden) = (new double[pairs.RowCount], new float[pairs.RowCount * model.Config.HiddenSize]);
        var parts = new List<Part>();
        try
        {
            foreach (var part in micro)
            {
                var first = parts.Sum(before => before.Comparisons);
                parts.Add(new(PackedBatch.Create([.. part.Select(index => comparisons[index])], model.Device), first, part.Length, pairs.RowOffsets[first]));
            }
            var present = Enumerable.Range(0, sources).Select(pairs.IsPresent).ToArray();
            WeightingResult weights;
            RankingLossResult result;
            GramMatrix gram;
            if (!weighting.NeedsGradients)
            {
                weights = weighting.Weigh(null, [], present);
                foreach (var part in parts)
                {
                    cancellation.ThrowIfCancellationRequested();
                    part.Frozen = cache?.States(part.Batch);
                    Forward(part, record: true, all, hidden);
                    var slice = RankingLoss.Evaluate(pairs.Slice(part.FirstComparison, part.Comparisons), all.AsSpan(part.FirstRow, part.Batch.RowCount), temperatures.Values);
                    Backward(slice.TotalRewardGradients(weights.Weights), scale);
                }
                (result, gram) = Evaluate(pairs, all, hidden, present).Results;
            }
            else
            {
                foreach (var part in parts)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (cache is not null) part.Frozen = cache.States(part.Batch);
                    else if (parts.Count > 1 && model.FirstTrainedLayer > 0) part.Frozen = model.FrozenStates(part.Batch);
                    Forward(part, record: parts.Count == 1, all, hidden);
                }
                (var results, var smoothed) = Evaluate(pairs, all, hidden, present);
                (result, gram) = results;
                weights = weighting.Weigh(smoothed, result.Losses, present);
                var gradients = result.TotalRewardGradients(weights.Weights);
                foreach (var part in parts)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (parts.Count > 1) model.Forward(part.Batch, record: true, part.Frozen).Dispose();
                    Backward(gradients.AsSpan(part.FirstRow, part.Batch.RowCount).ToArray(), scale);
                }
            }
            for (var i = 0; i < order.Length; i++) rewards[order[i]] = all[pairs.RowOffsets[i]..pairs.RowOffsets[i + 1]];
            return new(
                result.Total(weights.Weights), [.. result.Losses.Select((loss, i) => present[i] ? loss : double.NaN)], weights.Weights, weights.Spread, gram.Cosines(), rewards,
                parts.Sum(part => (long)part.Batch.TokenCount));
        }
        finally
        {
            foreach (var part in parts) part.Dispose();
        }
    }

    private void Forward(Part part, bool record, double[] rewards, float[] hidden)
    {
        using var output = model.Forward(part.Batch, record, part.Frozen);
        output.Rewards.CopyTo(rewards, part.FirstRow);
        using var onHost = output.Hidden.cpu();
        onHost.data<float>().CopyTo(hidden, part.FirstRow * model.Config.HiddenSize);
    }

    private void Backward(double[] gradients, double scale)
    {
        for (var i = 0; scale != 1 && i < gradients.Length; i++) gradients[i] *= scale;
        model.Backward(gradients);
        afterBackward();
    }

    private ((RankingLossResult, GramMatrix) Results, GramMatrix Smoothed) Evaluate(RankingPairs pairs, double[] rewards, float[] hidden, bool[] present)
    {
        var result = RankingLoss.Evaluate(pairs, rewards, temperatures.Values);
        var gradients = result.HeadGradients(hidden); // (K, H)
        exchange.Sum(result.Losses);
        exchange.Sum(gradients);
        var gram = GramMatrix.Of(gradients, sources);
        return ((result, gram), weighting.NeedsGradients && momentum is not null ? momentum.Update(gradients, present) : gram);
    }
}
