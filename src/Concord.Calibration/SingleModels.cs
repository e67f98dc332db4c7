namespace Concord.Calibration;

/// <summary>
/// The paper's baselines made of Singles (one reward model per source): <em>Top</em> scores each source by its own
/// Single, <em>Averaging</em> takes the mean reward of all (section 4, table 2).
/// </summary>
/// <remarks>
/// The paper's Averaging rows look like the mean of the Singles' accuracies rather than the accuracy of their mean
/// reward; both are here, named apart.
/// </remarks>
public sealed class SingleModels
{
    private readonly IReadOnlyList<(string Source, IReadOnlyList<Prediction> Predictions)> singles;

    /// <summary>Takes what each Single says of the same comparisons.</summary>
    /// <param name="singles">The source each was trained on, and its predictions; all over the same comparisons in the
    /// same order.</param>
    /// <exception cref="ConcordException">There is none, or the comparisons differ.</exception>
    public SingleModels(IReadOnlyList<(string Source, IReadOnlyList<Prediction> Predictions)> singles)
    {
        if (singles.Count == 0)
            throw new ConcordException("No Single is given: name the scores of at least one.");
        this.singles = singles;
        var first = singles[0].Predictions;
        foreach (var (source, predictions) in singles)
        {
            if (predictions.Count != first.Count)
                throw new ConcordException(
                    $"The Single of {source} has scores for {predictions.Count} comparisons, that of "
                        + $"{singles[0].Source} for {first.Count}: score the same files with all of them."
                );
            for (var i = 0; i < first.Count; i++)
                if (predictions[i].Source != first[i].Source || !predictions[i].Scores.SequenceEqual(first[i].Scores))
                    throw new ConcordException(
                        $"Comparison {i + 1} of the Single of {source} ({predictions[i].Place}) is not the one of "
                            + $"{singles[0].Source} ({first[i].Place}): score the same files with all of them, in "
                            + $"the same order."
                    );
        }
    }

    /// <summary>Each source scored by its own Single.</summary>
    /// <exception cref="ConcordException">A source has no Single.</exception>
    public IReadOnlyList<Prediction> Top()
    {
        var own = singles.ToDictionary(single => single.Source, single => single.Predictions, StringComparer.Ordinal);
        return
        [
            .. singles[0]
                .Predictions.Select(
                    (prediction, i) =>
                        own.TryGetValue(prediction.Source, out var predictions)
                            ? predictions[i]
                            : throw new ConcordException(
                                $"The source {prediction.Source} has no Single of its own; there are those of "
                                    + $"{string.Join(", ", own.Keys)}."
                            )
                ),
        ];
    }

    /// <summary>The mean reward of all Singles.</summary>
    public IReadOnlyList<Prediction> Averaging() =>
        [
            .. singles[0]
                .Predictions.Select(
                    (prediction, i) =>
                        prediction with
                        {
                            Temperature = null,
                            Rewards =
                            [
                                .. Enumerable
                                    .Range(0, prediction.Rewards.Count)
                                    .Select(row => singles.Average(single => single.Predictions[i].Rewards[row])),
                            ],
                        }
                ),
        ];

    /// <summary>
    /// Per source, the mean over the Singles of their accuracy (ties of reward count half); a source of ties alone is
    /// missing.
    /// </summary>
    public IReadOnlyDictionary<string, double> MeanAccuracies()
    {
        var options = new EvaluationOptions { Resamples = 0 };
        return singles
            .SelectMany(single => Evaluation.Run(single.Predictions, options).Sources)
            .Where(source => source.AccuracyTiesHalf is not null)
            .GroupBy(source => source.Name, source => source.AccuracyTiesHalf!.Value)
            .ToDictionary(group => group.Key, group => group.Average(), StringComparer.Ordinal);
    }
}
