using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// A number of one model less that of another on the same pairs, and whether it can be told from chance.
/// </summary>
/// <param name="Difference">The second model's number less the first's.</param>
/// <param name="Interval">Its interval over resampled prompts.</param>
public sealed record PairedDifference(double Difference, Interval Interval)
{
    /// <summary>1 or -1 where the interval lies on one side of 0; 0: undecided.</summary>
    public int Sign =>
        Interval.Low > 0 ? 1
        : Interval.High < 0 ? -1
        : 0;
}

/// <summary>
/// Percentile intervals of differences between models that were asked about the same pairs (Efron and Tibshirani 1993,
/// ch. 13). The unit is the prompt: prompts are drawn with replacement, with all their pairs in all sources, and both
/// models are measured on the same draw, so what makes a draw easy or hard for both cancels. Two intervals of two
/// models apart say much less.
/// </summary>
/// <remarks>
/// A number is taken of each source alone and averaged over sources, each counting the same, unless one source is
/// named. All comparisons made with one bootstrap share its draws. Rewards are given as τ (r_w - r_l) of each pair, see
/// <see cref="PairedSet.Differences"/>.
/// </remarks>
public sealed class PairedBootstrap
{
    private readonly PairedSet pairs;
    private readonly double level;
    private readonly int[][] draws;
    private readonly int[] sourceOf,
        clusterOf;

    /// <summary>Draws the resamples once, for all comparisons.</summary>
    /// <param name="pairs">What is compared on.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="resamples">How many, at least 1.</param>
    /// <param name="level">The level of the intervals, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public PairedBootstrap(PairedSet pairs, int seed, int resamples = 1000, double level = .95)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(level, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1);
        (this.pairs, this.level) = (pairs, level);
        (sourceOf, clusterOf) = ([.. pairs.SourceOf], [.. pairs.ClusterOf]);
        var random = new Random(seed);
        draws = new int[resamples][];
        for (var draw = 0; draw < resamples; draw++)
        {
            var counts = new int[pairs.ClusterCount];
            for (var i = 0; i < counts.Length; i++)
                counts[random.Next(counts.Length)]++;
            draws[draw] = counts;
        }
    }

    /// <summary>Difference in accuracy; equal rewards count 1/2.</summary>
    /// <param name="first">τ (r_w - r_l) of each pair under the first model.</param>
    /// <param name="second">Likewise under the second.</param>
    /// <param name="source">The source it is of; null for the mean over sources.</param>
    public PairedDifference Accuracy(double[] first, double[] second, string? source = null) =>
        Mean(Array.ConvertAll(first, Right), Array.ConvertAll(second, Right), source);

    /// <summary>Difference in the negative log-likelihood of the pairs as the source ordered them.</summary>
    /// <inheritdoc cref="Accuracy"/>
    public PairedDifference Nll(double[] first, double[] second, string? source = null) =>
        Mean(
            Array.ConvertAll(first, difference => Logistic.Softplus(-difference)),
            Array.ConvertAll(second, difference => Logistic.Softplus(-difference)),
            source
        );

    /// <summary>Difference in the Brier score.</summary>
    /// <inheritdoc cref="Accuracy"/>
    public PairedDifference Brier(double[] first, double[] second, string? source = null) =>
        Mean(Array.ConvertAll(first, BrierScore.Term), Array.ConvertAll(second, BrierScore.Term), source);

    /// <summary>Difference in ECE (all ordered pairs, 10 uniform bins: <see cref="BinningScheme.Headline"/>).</summary>
    /// <inheritdoc cref="Accuracy"/>
    public PairedDifference Ece(double[] first, double[] second, string? source = null)
    {
        Check(first, second);
        var one = IndexOf(source);
        return Compare(EceOf(first, one), EceOf(second, one));
    }

    /// <summary>Difference in the mean of any number that each pair has under each model.</summary>
    /// <param name="first">The number of each pair under the first model.</param>
    /// <param name="second">Likewise under the second.</param>
    /// <param name="source">The source it is of; null for the mean over sources.</param>
    public PairedDifference Mean(double[] first, double[] second, string? source = null)
    {
        Check(first, second);
        var one = IndexOf(source);
        return Compare(MeanOf(first, one), MeanOf(second, one));
    }

    private void Check(double[] first, double[] second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Length != pairs.Count || second.Length != pairs.Count)
            throw new ArgumentException(
                $"There are {pairs.Count} pairs, but {first.Length} and {second.Length} numbers."
            );
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

    /// <summary>Compares by a number that depends on how often each prompt counts.</summary>
    private PairedDifference Compare(Func<int[], double> first, Func<int[], double> second)
    {
        var once = new int[pairs.ClusterCount];
        Array.Fill(once, 1);
        var differences = draws.AsParallel().Select(draw => second(draw) - first(draw)).Order().ToArray();
        return new PairedDifference(
            second(once) - first(once),
            new Interval(At(differences, (1 - level) / 2), At(differences, (1 + level) / 2))
        );
    }

    private static double At(double[] sorted, double share) =>
        sorted[Math.Min((int)(share * sorted.Length), sorted.Length - 1)];

    private static double Right(double difference) =>
        difference > 0 ? 1
        : difference < 0 ? 0
        : .5;

    // of one source, or the mean of all
    private Func<int[], double> MeanOf(double[] values, int? one) =>
        draw =>
        {
            double[] sums = new double[pairs.Sources.Count],
                counts = new double[pairs.Sources.Count];
            for (var pair = 0; pair < values.Length; pair++)
            {
                var weight = draw[clusterOf[pair]];
                sums[sourceOf[pair]] += weight * values[pair];
                counts[sourceOf[pair]] += weight;
            }
            if (one is { } source)
                return sums[source] / Math.Max(counts[source], 1);
            var mean = 0.0;
            for (source = 0; source < sums.Length; source++)
                mean += sums[source] / Math.Max(counts[source], 1);
            return mean / sums.Length;
        };

    private Func<int[], double> EceOf(double[] differences, int? one)
    {
        // Both orders of a pair: the bins of p and of 1 - p, and what each adds to its bin's confidence less its
        // frequency.
        var bins = BinningScheme.Headline.Bins;
        var probabilities = Array.ConvertAll(differences, Logistic.Sigmoid);
        int[] upper = Array.ConvertAll(probabilities, BinOf),
            lower = Array.ConvertAll(probabilities, p => BinOf(1 - p));
        return draw =>
        {
            double[] gaps = new double[pairs.Sources.Count * bins],
                counts = new double[pairs.Sources.Count];
            for (var pair = 0; pair < probabilities.Length; pair++)
            {
                var (weight, source) = (draw[clusterOf[pair]], sourceOf[pair]);
                gaps[source * bins + upper[pair]] += weight * (probabilities[pair] - 1);
                gaps[source * bins + lower[pair]] += weight * (1 - probabilities[pair]);
                counts[source] += 2 * weight;
            }
            var (from, to) = one is { } index ? (index * bins, (index + 1) * bins) : (0, gaps.Length);
            var sum = 0.0;
            for (var bin = from; bin < to; bin++)
                sum += Math.Abs(gaps[bin]) / Math.Max(counts[bin / bins], 1);
            return one is null ? sum / pairs.Sources.Count : sum;
        };

        int BinOf(double probability) => Math.Clamp((int)Math.Ceiling(probability * bins) - 1, 0, bins - 1);
    }
}
