namespace Concord.Calibration;

/// <summary>
/// Quantiles by linear interpolation, bit for bit as <c>numpy.percentile(values, 100 q)</c> gives them.
/// </summary>
internal static class Quantile
{
    /// <summary>The q-quantile (0 ≤ q ≤ 1) of values in ascending order, at least one.</summary>
    public static double Of(ReadOnlySpan<double> sorted, double q)
    {
        var at = (sorted.Length - 1) * q;
        var below = (int)Math.Floor(at);
        if (below >= sorted.Length - 1)
            return sorted[^1];
        if (below < 0)
            return sorted[0];
        double a = sorted[below],
            b = sorted[below + 1],
            t = at - below;
        if (double.IsInfinity(b - a))
            return a * (1 - t) + b * t; // both finite: their distance is beyond double's range, they are not
        // numpy interpolates from the nearer end, so that t = 1 gives b exactly.
        return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
    }
}
