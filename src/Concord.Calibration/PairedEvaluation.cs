namespace Concord.Calibration;

/// <summary>How two models differ on the same pairs; each number is the second model's less the first's.</summary>
/// <param name="Name">The source, or <c>mean</c> for the mean over sources.</param>
/// <param name="Pairs">Strict pairs.</param>
/// <param name="Accuracy">Above 0: the second orders more pairs as the source does.</param>
/// <param name="Ece">Below 0: the second is the better calibrated.</param>
/// <param name="Nll">Below 0: the second is the better.</param>
/// <param name="Brier">Below 0: the second is the better.</param>
public sealed record PairedMetrics(
    string Name,
    int Pairs,
    PairedDifference Accuracy,
    PairedDifference Ece,
    PairedDifference Nll,
    PairedDifference Brier
);

/// <summary>What a paired evaluation found.</summary>
/// <param name="Prompts">Prompts with a strict pair: the units.</param>
/// <param name="Mean">The mean over sources, each counting the same.</param>
/// <param name="Sources">Each source.</param>
public sealed record PairedReport(int Prompts, PairedMetrics Mean, IReadOnlyList<PairedMetrics> Sources);

/// <summary>Two models against each other: see <see cref="PairedComparison"/>.</summary>
public static class PairedEvaluation
{
    /// <summary>Compares two models on the same comparisons, source by source.</summary>
    /// <param name="first">What the first model says; τ is applied where a prediction has one.</param>
    /// <param name="second">What the second says of the same comparisons, in any order.</param>
    /// <param name="options">The level; null for 0.95.</param>
    /// <exception cref="ConcordException">The comparisons are not the same, hold no strict pair, or a prediction is
    /// unusable.</exception>
    public static PairedReport Run(
        IReadOnlyList<Prediction> first,
        IReadOnlyList<Prediction> second,
        EvaluationOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Run([first], [second], options);
    }

    /// <summary>Compares two schemes, of which each was trained with several seeds: the means over the seeds.</summary>
    /// <param name="first">What each model of the first scheme says, a seed after the other.</param>
    /// <param name="second">What those of the second say, of the same seeds in the same order.</param>
    /// <param name="options">The level; null for 0.95.</param>
    /// <exception cref="ConcordException">The comparisons are not the same, hold no strict pair, or a prediction is
    /// unusable.</exception>
    /// <exception cref="ArgumentException">The schemes have no model, or not as many.</exception>
    public static PairedReport Run(
        IReadOnlyList<IReadOnlyList<Prediction>> first,
        IReadOnlyList<IReadOnlyList<Prediction>> second,
        EvaluationOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || first.Count != second.Count)
            throw new ArgumentException(
                $"There are {first.Count} and {second.Count} runs; as many of the one as of the other were expected."
            );
        options ??= new EvaluationOptions();
        options.Check();
        var pairs = new PairedSet(first[0]);
        double[][] before = [.. first.Select(pairs.Differences)],
            after = [.. second.Select(pairs.Differences)];
        if (pairs.Count == 0)
            throw new ConcordException("There is no strict pair to compare the models on: all scores are ties.");
        var comparison = new PairedComparison(pairs, options.Level);
        PairedMetrics Of(string? source) =>
            new(
                source ?? "mean",
                source is null ? pairs.Count : pairs.SourceOf.Count(index => pairs.Sources[index] == source),
                comparison.Accuracy(before, after, source),
                comparison.Ece(before, after, source),
                comparison.Nll(before, after, source),
                comparison.Brier(before, after, source)
            );
        return new PairedReport(pairs.ClusterCount, Of(null), [.. pairs.Sources.Select(Of)]);
    }
}
