using Concord.Calibration;

namespace Concord.Cli.Quickstart;

/// <summary>
/// The difference of two schemes in one number, the mean over sources, and whether it can be told from chance.
/// </summary>
/// <param name="Difference">The second scheme's number less the first's.</param>
/// <param name="Interval">Its 95 % interval over resampled prompts.</param>
internal sealed record SchemeDifference(double Difference, Interval Interval)
{
    /// <summary>1 or -1 where the interval lies on one side of 0; 0: undecided.</summary>
    public int Sign =>
        Interval.Low > 0 ? 1
        : Interval.High < 0 ? -1
        : 0;
}

/// <summary>
/// Intervals of differences between schemes that were evaluated on the same pairs: prompts are drawn with replacement,
/// with all their pairs in all sources, and every scheme is measured on the same draw.
/// </summary>
internal sealed class PairedBootstrap
{
    private const int Bins = 10;
    private const int Resamples = 1000;

    private readonly HeldOutPairs pairs;
    private readonly int[][] draws;

    /// <summary>Draws the resamples once, for all comparisons.</summary>
    public PairedBootstrap(HeldOutPairs pairs, int seed)
    {
        this.pairs = pairs;
        var random = new Random(seed);
        draws = new int[Resamples][];
        for (var draw = 0; draw < Resamples; draw++)
        {
            var counts = new int[pairs.ClusterCount];
            for (var i = 0; i < pairs.ClusterCount; i++)
                counts[random.Next(pairs.ClusterCount)]++;
            draws[draw] = counts;
        }
    }

    /// <summary>Difference in accuracy.</summary>
    public SchemeDifference Accuracy(SchemePredictions first, SchemePredictions second) =>
        Compare(
            first,
            second,
            scheme =>
                MeanOf(pair =>
                    scheme.Differences[pair] > 0 ? 1
                    : scheme.Differences[pair] < 0 ? 0
                    : .5
                )
        );

    /// <summary>Difference in mean distance to the true probabilities.</summary>
    public SchemeDifference Error(SchemePredictions first, SchemePredictions second) =>
        Compare(first, second, scheme => MeanOf(pair => Math.Abs(scheme.Probability(pair) - pairs.Truth[pair])));

    /// <summary>Difference in ECE (all ordered pairs, 10 uniform bins).</summary>
    public SchemeDifference CalibrationError(SchemePredictions first, SchemePredictions second) =>
        Compare(first, second, CalibrationErrorOf);

    /// <summary>Compares by a number that depends on how often each prompt counts.</summary>
    private SchemeDifference Compare(
        SchemePredictions first,
        SchemePredictions second,
        Func<SchemePredictions, Func<int[], double>> measure
    )
    {
        Func<int[], double> before = measure(first),
            after = measure(second);
        var once = new int[pairs.ClusterCount];
        Array.Fill(once, 1);
        var differences = draws.AsParallel().Select(draw => after(draw) - before(draw)).Order().ToArray();
        return new SchemeDifference(
            after(once) - before(once),
            new Interval(differences[(int)(.025 * Resamples)], differences[(int)(.975 * Resamples)])
        );
    }

    private Func<int[], double> MeanOf(Func<int, double> value)
    {
        var values = Enumerable.Range(0, pairs.Count).Select(value).ToArray();
        return draw =>
        {
            Span<double> sums = stackalloc double[pairs.Sources.Length],
                counts = stackalloc double[pairs.Sources.Length];
            for (var pair = 0; pair < values.Length; pair++)
            {
                var weight = draw[pairs.ClusterOf[pair]];
                sums[pairs.SourceOf[pair]] += weight * values[pair];
                counts[pairs.SourceOf[pair]] += weight;
            }
            var mean = 0.0;
            for (var source = 0; source < sums.Length; source++)
                mean += sums[source] / Math.Max(counts[source], 1);
            return mean / sums.Length;
        };
    }

    private Func<int[], double> CalibrationErrorOf(SchemePredictions scheme)
    {
        // Both orders of a pair: the bins of p and of 1 - p, and what each adds to its bin's confidence less its
        // frequency.
        var probabilities = Enumerable.Range(0, pairs.Count).Select(scheme.Probability).ToArray();
        var (upper, lower) = (probabilities.Select(BinOf).ToArray(), probabilities.Select(p => BinOf(1 - p)).ToArray());
        return draw =>
        {
            var gaps = new double[pairs.Sources.Length * Bins];
            Span<double> counts = stackalloc double[pairs.Sources.Length];
            for (var pair = 0; pair < probabilities.Length; pair++)
            {
                var (weight, source) = (draw[pairs.ClusterOf[pair]], pairs.SourceOf[pair]);
                gaps[source * Bins + upper[pair]] += weight * (probabilities[pair] - 1);
                gaps[source * Bins + lower[pair]] += weight * (1 - probabilities[pair]);
                counts[source] += 2 * weight;
            }
            var mean = 0.0;
            for (var bin = 0; bin < gaps.Length; bin++)
                mean += Math.Abs(gaps[bin]) / Math.Max(counts[bin / Bins], 1);
            return mean / pairs.Sources.Length;
        };
    }

    private static int BinOf(double probability) => Math.Clamp((int)Math.Ceiling(probability * Bins) - 1, 0, Bins - 1);
}
