using Concord.Calibration;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;

namespace Concord.Training.Loop;

/// <summary>Rewards of comparisons that are not trained on, in batches of like length; order and batch decide nothing.</summary>
internal static class HeldOutEvaluator
{
    /// <summary>Tokens computed at once.</summary>
    private const int TokenBudget = 4096;

    /// <summary>Scores comparisons.</summary>
    /// <param name="model">The model as it is.</param>
    /// <param name="comparisons">In any order.</param>
    /// <param name="temperatures">τ by source name, or null where none are learned.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>A prediction for each comparison, in its order.</returns>
    public static Prediction[] Predict(
        RewardModel model, IReadOnlyList<TokenizedComparison> comparisons, IReadOnlyDictionary<string, double>? temperatures, Action<int> progress, CancellationToken cancellation)
    {
        var predictions = new Prediction[comparisons.Count];
        int[] order = [.. Enumerable.Range(0, comparisons.Count).OrderBy(index => comparisons[index].PackedLength)];
        for (int start = 0, count; start < order.Length; start += count)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = 0L;
            for (count = 0; start + count < order.Length && (count == 0 || tokens + comparisons[order[start + count]].PackedLength <= TokenBudget); count++)
                tokens += comparisons[order[start + count]].PackedLength;
            var chosen = order[start..(start + count)];
            using var batch = PackedBatch.Create([.. chosen.Select(index => comparisons[index])], model.Device);
            using var output = model.Forward(batch);
            for (var i = 0; i < chosen.Length; i++) predictions[chosen[i]] = Of(comparisons[chosen[i]], output.Rewards.AsSpan(batch.RowOffsets[i]), temperatures);
            progress(start + count);
        }
        return predictions;
    }

    private static Prediction Of(TokenizedComparison tokenized, ReadOnlySpan<double> rewards, IReadOnlyDictionary<string, double>? temperatures)
    {
        var comparison = tokenized.Comparison;
        return new(
            comparison.Source, rewards[..tokenized.Suffixes.Length].ToArray(), tokenized.Scores, comparison.PromptId, comparison.Origin.File, comparison.Origin.Line,
            [.. Enumerable.Range(0, tokenized.Suffixes.Length).Select(row => (double)tokenized.RowLength(row))])
        {
            // a source that was not trained on has τ = 1
            Temperature = temperatures is null ? null : temperatures.GetValueOrDefault(comparison.Source, 1),
        };
    }
}
