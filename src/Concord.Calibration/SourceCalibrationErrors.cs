using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>ECEs over all ordered pairs in the bins of <see cref="BinningScheme.Headline"/>.</summary>
internal sealed class SourceCalibrationErrors : ISourceNumber
{
    private readonly double[] probabilities,
        counts;
    private readonly int[] upper,
        lower;
    private readonly double[][] gaps;

    /// <param name="differences">τ (r_w - r_l) of each pair.</param>
    /// <param name="sourceOf">The source of each pair.</param>
    /// <param name="counts">Pairs of each source.</param>
    public SourceCalibrationErrors(double[] differences, int[] sourceOf, double[] counts)
    {
        this.counts = counts;
        // Both orders of a pair: the bins of p and of 1 - p, and what each adds to its bin's confidence less its
        // frequency.
        var edges = BinningScheme.Headline.Edges([]);
        probabilities = Array.ConvertAll(differences, Logistic.Sigmoid);
        upper = Array.ConvertAll(probabilities, p => BinningScheme.IndexOf(p, edges));
        lower = Array.ConvertAll(differences, d => BinningScheme.IndexOf(Logistic.Sigmoid(-d), edges));
        gaps = [.. counts.Select(_ => new double[BinningScheme.Headline.Bins])];
        for (var i = 0; i < differences.Length; i++)
            Add(gaps[sourceOf[i]], i, 1);
    }

    /// <inheritdoc/>
    public double Of(int source) => Ece(gaps[source], counts[source]);

    /// <inheritdoc/>
    public double Without(int source, ReadOnlySpan<int> pairs)
    {
        Span<double> rest = stackalloc double[BinningScheme.Headline.Bins];
        gaps[source].CopyTo(rest);
        foreach (var i in pairs)
            Add(rest, i, -1);
        return Ece(rest, counts[source] - pairs.Length);
    }

    private void Add(Span<double> bins, int pair, int times)
    {
        var gap = times * (probabilities[pair] - 1);
        bins[upper[pair]] += gap;
        bins[lower[pair]] -= gap;
    }

    private static double Ece(ReadOnlySpan<double> bins, double pairs)
    {
        double sum = 0;
        foreach (var gap in bins)
            sum += Math.Abs(gap);
        return sum / (2 * pairs);
    }
}
