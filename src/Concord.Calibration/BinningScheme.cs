using System.Globalization;

namespace Concord.Calibration;

/// <summary>Where the edges of the bins lie.</summary>
public enum BinningStrategy
{
    /// <summary>Bins of equal width over [0, 1].</summary>
    Uniform,

    /// <summary>Edges at the quantiles of the probabilities: bins of (nearly) equal count.</summary>
    Quantile,
}

/// <summary>
/// A way to sort probabilities into bins. Bin m holds edge[m] &lt; p ≤ edge[m+1]; the first also holds p = edge[0].
/// </summary>
/// <param name="Strategy">Where the edges lie.</param>
/// <param name="Bins">How many bins, 1 or more.</param>
public sealed record BinningScheme(BinningStrategy Strategy, int Bins)
{
    /// <summary>The binning of the paper's ECE, and of <see cref="SourceMetrics.Ece"/>: 10 of equal width.</summary>
    public static BinningScheme Headline { get; } = new(BinningStrategy.Uniform, 10);

    /// <summary>The name in files: <c>uniform10</c>, <c>quantile5</c>.</summary>
    public string Name =>
        (Strategy == BinningStrategy.Uniform ? "uniform" : "quantile") + Bins.ToString(CultureInfo.InvariantCulture);

    /// <summary>The binning of a name in files, or null.</summary>
    internal static BinningScheme? Find(string name) =>
        name.StartsWith("uniform", StringComparison.Ordinal) ? Of(BinningStrategy.Uniform, name["uniform".Length..])
        : name.StartsWith("quantile", StringComparison.Ordinal)
            ? Of(BinningStrategy.Quantile, name["quantile".Length..])
        : null;

    private static BinningScheme? Of(BinningStrategy strategy, string bins) =>
        int.TryParse(bins, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? new BinningScheme(strategy, count)
            : null;

    /// <summary>The Bins + 1 edges for these probabilities.</summary>
    internal double[] Edges(IReadOnlyList<double> probabilities)
    {
        var edges = Fractions(Bins);
        if (Strategy == BinningStrategy.Uniform || probabilities.Count == 0)
            return edges;
        var sorted = probabilities.ToArray();
        Array.Sort(sorted);
        for (var k = 0; k <= Bins; k++)
            edges[k] = Quantile.Of(sorted, edges[k] * 100 / 100); // numpy goes by percent and back
        return edges;
    }

    /// <summary>The bin of a probability: how many inner edges lie strictly below it.</summary>
    internal static int IndexOf(double probability, double[] edges)
    {
        int low = 1,
            high = edges.Length - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (edges[middle] < probability)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    // numpy.linspace(0, 1, bins + 1): k times the rounded step, so edge 3 of 10 is 0.30000000000000004; the last is 1.
    private static double[] Fractions(int bins)
    {
        var step = 1.0 / bins;
        var edges = new double[bins + 1];
        for (var k = 0; k < bins; k++)
            edges[k] = k * step;
        edges[bins] = 1;
        return edges;
    }
}
