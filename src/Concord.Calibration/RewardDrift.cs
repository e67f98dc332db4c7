namespace Concord.Calibration;

/// <summary>Count and mean of the differences of one sign.</summary>
/// <param name="Count">How many.</param>
/// <param name="Mean">Their mean; null where there is none.</param>
public sealed record SignedDifferences(int Count, double? Mean);

/// <summary>A box plot for the pairs ordered rightly and one for those ordered wrongly.</summary>
/// <param name="Positive">Of r_w - r_l > 0; null where there is nothing to draw a box of.</param>
/// <param name="Negative">Of r_w - r_l &lt; 0; null likewise.</param>
public sealed record SignedBoxPlots(BoxPlot? Positive, BoxPlot? Negative);

/// <summary>
/// How far the rewards of preferred and other response lie apart: the "reward drift" of the paper, its tables 4 to 6.
/// </summary>
/// <param name="Pairs">Strict pairs.</param>
/// <param name="Mean">Mean of r_w - r_l; null where there is no pair.</param>
/// <param name="Positive">The pairs ordered rightly.</param>
/// <param name="Negative">The pairs ordered wrongly.</param>
/// <param name="Zero">Pairs of equal reward.</param>
/// <param name="BoxPerSign">Boxes drawn of each sign's own differences. The paper does not say which of the two its
/// tables use.</param>
/// <param name="BoxOfAll">Outliers of each sign beyond the box of all differences.</param>
public sealed record RewardDrift(
    int Pairs,
    double? Mean,
    SignedDifferences Positive,
    SignedDifferences Negative,
    int Zero,
    SignedBoxPlots BoxPerSign,
    SignedBoxPlots BoxOfAll
)
{
    /// <summary>Of r_w - r_l of each strict pair, in any order.</summary>
    public static RewardDrift Of(IReadOnlyList<double> differences)
    {
        // A difference beyond double's range stands as the largest number, so that no mean of such is infinite.
        var sorted = differences.Select(d => Math.Clamp(d, -double.MaxValue, double.MaxValue)).ToArray();
        Array.Sort(sorted);
        ReadOnlySpan<double> all = sorted;
        int below = 0,
            above = all.Length;
        while (below < all.Length && all[below] < 0)
            below++;
        while (above > below && all[above - 1] > 0)
            above--;
        ReadOnlySpan<double> negative = all[..below],
            positive = all[above..];
        return new RewardDrift(
            all.Length,
            MeanOf(all),
            new SignedDifferences(positive.Length, MeanOf(positive)),
            new SignedDifferences(negative.Length, MeanOf(negative)),
            above - below,
            new SignedBoxPlots(BoxPlot.Of(positive, positive), BoxPlot.Of(negative, negative)),
            new SignedBoxPlots(BoxPlot.Of(all, positive), BoxPlot.Of(all, negative))
        );
    }

    /// <summary>The mean, also where the sum is beyond double's range; null of nothing.</summary>
    internal static double? MeanOf(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            return null;
        var sum = new CompensatedSum();
        foreach (var value in values)
            sum.Add(value);
        if (double.IsFinite(sum.Value))
            return sum.Value / values.Length;
        var shares = new CompensatedSum();
        foreach (var value in values)
            shares.Add(value / values.Length);
        return Math.Clamp(shares.Value, -double.MaxValue, double.MaxValue);
    }
}
