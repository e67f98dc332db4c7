using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;

namespace Concord.Training.Loop;

/// <summary>
/// What a model in training says of comparisons that are not trained on; the same path as scoring takes.
/// </summary>
internal static class HeldOutEvaluator
{
    /// <summary>Scores comparisons.</summary>
    /// <param name="model">The model as it is.</param>
    /// <param name="comparisons">In any order.</param>
    /// <param name="temperatures">τ by source name, or null where none are learned.</param>
    /// <param name="cache">Where hidden states below the trained layers are kept, or null.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>A prediction for each comparison, in its order.</returns>
    public static Prediction[] Predict(
        RewardModel model,
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyDictionary<string, double>? temperatures,
        FrozenStateCache? cache,
        Action<int> progress,
        CancellationToken cancellation
    )
    {
        var predictions = new List<Prediction>(comparisons.Count);
        foreach (var rewards in new RewardScorer(model, cache: cache).Score(comparisons, cancellation))
        {
            predictions.Add(Of(comparisons[predictions.Count], rewards, temperatures));
            progress(predictions.Count);
        }
        return [.. predictions];
    }

    private static Prediction Of(
        TokenizedComparison tokenized,
        double[] rewards,
        IReadOnlyDictionary<string, double>? temperatures
    )
    {
        var comparison = tokenized.Comparison;
        return new(
            comparison.Source,
            rewards,
            tokenized.Scores,
            comparison.PromptId,
            comparison.Origin.File,
            comparison.Origin.Line,
            tokenized.ResponseLengths is { } lengths ? [.. lengths.Select(length => (double)length)] : null
        )
        {
            Annotator = comparison.Annotator,
            // a source that was not trained on has none
            Temperature =
                temperatures is not null && temperatures.TryGetValue(comparison.Source, out var temperature)
                    ? temperature
                    : null,
        };
    }
}
