namespace Concord.Calibration;

/// <summary>Means of a number that each pair has.</summary>
internal sealed class SourceMeans : ISourceNumber
{
    private readonly double[] values,
        sums,
        counts;

    /// <param name="values">The number of each pair.</param>
    /// <param name="sourceOf">The source of each pair.</param>
    /// <param name="counts">Pairs of each source.</param>
    public SourceMeans(double[] values, int[] sourceOf, double[] counts)
    {
        this.values = values;
        this.counts = counts;
        sums = new double[counts.Length];
        for (var i = 0; i < values.Length; i++)
            sums[sourceOf[i]] += values[i];
    }

    /// <inheritdoc/>
    public double Of(int source) => sums[source] / counts[source];

    /// <inheritdoc/>
    public double Without(int source, ReadOnlySpan<int> pairs)
    {
        var sum = sums[source];
        foreach (var i in pairs)
            sum -= values[i];
        return sum / (counts[source] - pairs.Length);
    }
}
