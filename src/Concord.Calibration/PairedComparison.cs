using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// Differences between models that were asked about the same pairs, with their intervals. The unit is the prompt, with
/// all its pairs in all sources: each prompt is left out once, both models are measured on what remains, and the spread
/// of those differences gives the standard error (the jackknife, CR3 of Bell and McCaffrey 2002); the interval is
/// Student's t. What makes a prompt easy or hard for both models cancels; two intervals of two models apart say much
/// less.
/// </summary>
/// <remarks>
/// A number is taken of each source alone and averaged over sources, each counting the same, unless one source is
/// named. Rewards are given as τ (r_w - r_l) of each pair, see <see cref="PairedSet.Differences"/>. With a source of
/// one prompt nothing is known about chance: the interval then has no ends. Of schemes trained with several seeds the
/// means over seeds are compared; the interval counts their variance over prompts and that over seeds, each with the t
/// of its own degrees of freedom (Banerjee 1960): it errs no more often than it says, and three seeds that disagree
/// make it wide.
/// </remarks>
public sealed class PairedComparison
{
    private readonly PairedSet pairs;
    private readonly double level;
    private readonly PairsByPrompt prompts;
    private readonly int[] sourceOf;
    private readonly double[] counts; // pairs of each source

    /// <summary>Takes what is compared on.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="level">The level of the intervals, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is out of its range.</exception>
    public PairedComparison(PairedSet pairs, double level = .95)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(level, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1);
        (this.pairs, this.level) = (pairs, level);
        sourceOf = [.. pairs.SourceOf];
        prompts = new PairsByPrompt([.. pairs.ClusterOf], pairs.ClusterCount);
        counts = new double[pairs.Sources.Count];
        foreach (var source in sourceOf)
            counts[source]++;
    }

    /// <summary>Difference in accuracy, its interval within [-1, 1]; equal rewards count 1/2.</summary>
    /// <param name="first">τ (r_w - r_l) of each pair under the first model.</param>
    /// <param name="second">Likewise under the second.</param>
    /// <param name="source">The source it is of; null for the mean over sources.</param>
    /// <exception cref="ArgumentException">There is no such source, or not one number a pair.</exception>
    public PairedDifference Accuracy(double[] first, double[] second, string? source = null) =>
        Accuracy([first], [second], source);

    /// <summary>
    /// Difference in accuracy of two schemes, of which each was trained with several seeds, its interval within
    /// [-1, 1]; equal rewards count 1/2.
    /// </summary>
    /// <param name="first">τ (r_w - r_l) of each pair under each model of the first scheme, a seed after the
    /// other.</param>
    /// <param name="second">Likewise under the second, of the same seeds in the same order.</param>
    /// <param name="source">The source it is of; null for the mean over sources.</param>
    /// <exception cref="ArgumentException">There is no such source, not one number a pair, no seed, or not as many of
    /// both.</exception>
    public PairedDifference Accuracy(
        IReadOnlyList<double[]> first,
        IReadOnlyList<double[]> second,
        string? source = null
    )
    {
        Check(first, second);
        return Within(
            Compare(
                Means(first, Right),
                Means(second, Right),
                source,
                shares: first.Zip(second).Any(seed => !seed.First.SequenceEqual(seed.Second))
            )
        );
    }

    /// <summary>Difference in the negative log-likelihood of the pairs as the source ordered them.</summary>
    /// <inheritdoc cref="Accuracy(double[], double[], string?)"/>
    public PairedDifference Nll(double[] first, double[] second, string? source = null) =>
        Nll([first], [second], source);

    /// <summary>
    /// Difference in the negative log-likelihood of two schemes, of which each was trained with several seeds.
    /// </summary>
    /// <inheritdoc cref="Accuracy(IReadOnlyList{double[]}, IReadOnlyList{double[]}, string?)"/>
    public PairedDifference Nll(IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, string? source = null)
    {
        Check(first, second);
        static double Loss(double difference) => Logistic.Softplus(-difference);
        return Compare(Means(first, Loss), Means(second, Loss), source);
    }

    /// <summary>Difference in the Brier score.</summary>
    /// <inheritdoc cref="Accuracy(double[], double[], string?)"/>
    public PairedDifference Brier(double[] first, double[] second, string? source = null) =>
        Brier([first], [second], source);

    /// <summary>Difference in the Brier score of two schemes, of which each was trained with several seeds.</summary>
    /// <inheritdoc cref="Accuracy(IReadOnlyList{double[]}, IReadOnlyList{double[]}, string?)"/>
    public PairedDifference Brier(IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, string? source = null)
    {
        Check(first, second);
        return Compare(Means(first, BrierScore.Term), Means(second, BrierScore.Term), source);
    }

    /// <summary>Difference in ECE (all ordered pairs, 10 uniform bins: <see cref="BinningScheme.Headline"/>).</summary>
    /// <inheritdoc cref="Accuracy(double[], double[], string?)"/>
    public PairedDifference Ece(double[] first, double[] second, string? source = null) =>
        Ece([first], [second], source);

    /// <summary>Difference in ECE of two schemes, of which each was trained with several seeds.</summary>
    /// <inheritdoc cref="Accuracy(IReadOnlyList{double[]}, IReadOnlyList{double[]}, string?)"/>
    public PairedDifference Ece(IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, string? source = null)
    {
        Check(first, second);
        ISourceNumber[] Errors(IReadOnlyList<double[]> runs) =>
            [.. runs.Select(run => new SourceCalibrationErrors(run, sourceOf, counts))];
        return Within(Compare(Errors(first), Errors(second), source));
    }

    /// <summary>Difference in the mean of any number that each pair has under each model.</summary>
    /// <param name="first">The number of each pair under the first model.</param>
    /// <param name="second">Likewise under the second.</param>
    /// <param name="source">The source it is of; null for the mean over sources.</param>
    /// <exception cref="ArgumentException">There is no such source, or not one number a pair.</exception>
    public PairedDifference Mean(double[] first, double[] second, string? source = null) =>
        Mean([first], [second], source);

    /// <summary>Difference in the mean of any number of each pair, of schemes trained with several seeds.</summary>
    /// <param name="first">The number of each pair under each model of the first scheme, a seed after the
    /// other.</param>
    /// <param name="second">Likewise under the second, of the same seeds in the same order.</param>
    /// <param name="source">The source it is of; null for the mean over sources.</param>
    /// <exception cref="ArgumentException">There is no such source, not one number a pair, no seed, or not as many of
    /// both.</exception>
    public PairedDifference Mean(IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, string? source = null)
    {
        Check(first, second);
        return Compare(Means(first, number => number), Means(second, number => number), source);
    }

    private ISourceNumber[] Means(IReadOnlyList<double[]> runs, Converter<double, double> of) =>
        [.. runs.Select(run => new SourceMeans(Array.ConvertAll(run, of), sourceOf, counts))];

    private void Check(IReadOnlyList<double[]> first, IReadOnlyList<double[]> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count == 0)
            throw new ArgumentException(
                $"There are {first.Count} and {second.Count} runs; as many of the one as of the other were expected."
            );
        foreach (var (one, other) in first.Zip(second))
        {
            ArgumentNullException.ThrowIfNull(one, nameof(first));
            ArgumentNullException.ThrowIfNull(other, nameof(second));
            if (one.Length != pairs.Count || other.Length != pairs.Count)
                throw new ArgumentException(
                    $"There are {pairs.Count} pairs, but {one.Length} and {other.Length} numbers."
                );
        }
    }

    private int? IndexOf(string? source)
    {
        if (source is null)
            return null;
        var index = pairs.Sources.ToList().IndexOf(source);
        return index >= 0
            ? index
            : throw new ArgumentException(
                $"There is no source {source}; there are {string.Join(", ", pairs.Sources)}.",
                nameof(source)
            );
    }

    private PairedDifference Compare(ISourceNumber[] first, ISourceNumber[] second, string? source, bool shares = false)
    {
        var jackknife = new PromptJackknife(prompts, sourceOf, counts, IndexOf(source));
        var bySeed = first.Zip(second, jackknife.Difference).ToArray();
        var (one, other) = (MeanOverSeeds.Of(first), MeanOverSeeds.Of(second));
        return new PairedDifference(
            jackknife.Difference(one, other),
            jackknife.Interval(one, other, level, shares, bySeed)
        );
    }

    // A difference of shares lies in [-1, 1].
    private static PairedDifference Within(PairedDifference difference) =>
        difference with
        {
            Interval = new Interval(Math.Max(-1, difference.Interval.Low), Math.Min(1, difference.Interval.High)),
        };

    private static double Right(double difference) =>
        difference > 0 ? 1
        : difference < 0 ? 0
        : .5;
}
