namespace Concord.Calibration;

/// <summary>
/// Holm's step-down adjustment (Scandinavian Journal of Statistics 6, 1979) for several tests at once: the tests whose
/// adjusted p lies below a level are wrong in any of them no more often than that, however they depend on each other.
/// </summary>
internal static class HolmAdjustment
{
    /// <summary>The adjusted p of each test: max over the smaller ones of (m - rank) p, at most 1.</summary>
    public static double[] Of(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var adjusted = new double[values.Count];
        double largest = 0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - rank) * values[order[rank]]));
            adjusted[order[rank]] = largest;
        }
        return adjusted;
    }

    /// <summary>The sources with their tests adjusted for as many as were made.</summary>
    public static IEnumerable<SourceMetrics> OfSources(IReadOnlyList<SourceMetrics> sources)
    {
        var adjusted = Of([.. sources.Select(m => m.CalibrationTest.PValue).OfType<double>()]);
        var next = 0;
        foreach (var m in sources)
            yield return m.CalibrationTest.PValue is null
                ? m
                : m with
                {
                    CalibrationTest = m.CalibrationTest with { PValueHolm = adjusted[next++] },
                };
    }
}
