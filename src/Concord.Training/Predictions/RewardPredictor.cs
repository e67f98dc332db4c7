using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;

namespace Concord.Training.Predictions;

/// <summary>
/// The one road from a reward model and comparisons to predictions: a training run, an evaluation of a saved model and
/// a program take it. Lengths are those of the responses in characters, a temperature is there where one was learned,
/// the annotator stays.
/// </summary>
/// <param name="model">The model as it is; it may be in training.</param>
/// <param name="temperatures">τ by source name, of the sources that have one.</param>
/// <param name="states">Where hidden states below the trained layers are kept, or null.</param>
public sealed class RewardPredictor(
    RewardModel model,
    IReadOnlyDictionary<string, double> temperatures,
    FrozenStateCache? states = null
)
{
    /// <summary>Of a model with the temperatures that were learned with it.</summary>
    /// <param name="model">The model.</param>
    public static RewardPredictor Of(RewardModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new RewardPredictor(
            model,
            model
                .Settings.Sources.Where(source => source.Temperature is not null)
                .ToDictionary(source => source.Name, source => source.Temperature!.Value, StringComparer.Ordinal)
        );
    }

    /// <summary>Predicts in bounded memory, keeping the order.</summary>
    /// <param name="comparisons">Any stream.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<Prediction> Predict(
        IEnumerable<TokenizedComparison> comparisons,
        CancellationToken cancellation = default
    ) => Predict(comparisons, comparison => comparison, cancellation).Select(predicted => predicted.Prediction!);

    /// <summary>Predicts what is in a stream of other things, in bounded memory, keeping the order.</summary>
    /// <param name="items">Any stream.</param>
    /// <param name="comparisonOf">The comparison in an item; null for one that has none, and then has no
    /// prediction.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<(T Item, Prediction? Prediction)> Predict<T>(
        IEnumerable<T> items,
        Func<T, TokenizedComparison?> comparisonOf,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(comparisonOf);
        var scored = new RewardScorer(model, cache: states).Score(
            items.Select(item => (Item: item, Comparison: comparisonOf(item))),
            item => item.Comparison,
            cancellation
        );
        foreach (var ((item, comparison), rewards) in scored)
            yield return (item, comparison is null ? null : Of(comparison, rewards!));
    }

    private Prediction Of(TokenizedComparison tokenized, double[] rewards)
    {
        var comparison = tokenized.Comparison;
        return new Prediction(
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
            Temperature = temperatures.TryGetValue(comparison.Source, out var temperature) ? temperature : null,
        };
    }
}
