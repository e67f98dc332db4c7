namespace Concord.Calibration;

/// <summary>
/// An interval of the true ECE: Σ_m |E G_m| / N, what would be measured with these probabilities and labels without
/// end, not what a sample of this size shows. ECE is held against models whose bins are all off by the same s: each end
/// is the s under which so small, or so large, an ECE is as rare as the level says (the inversion of a test, Neyman
/// 1937).
/// </summary>
/// <remarks>
/// <para>The noise of the bins is that of consistency resampling, scaled to the frequencies that were found. The lower
/// end is 0 exactly where the test of calibration finds nothing, so interval and verdict never contradict each other.
/// Where it finds something, |E Σ u| ≤ N max|1 - 2p| ECE bounds the ECE from below too, by the interval of Σ u.</para>
/// <para>An ECE smaller than a calibrated model's median is taken as that median: by luck nobody shows to be better
/// calibrated than the data could say (power-constrained limits, Cowan et al. 2011).</para>
/// </remarks>
internal static class TrueCalibrationErrorInterval
{
    /// <summary>The interval.</summary>
    /// <param name="measured">The ECE and the bins.</param>
    /// <param name="draws">What calibrated models show.</param>
    /// <param name="pattern">The bins where all pairs are off by the same.</param>
    /// <param name="found">Whether the test found a miscalibration.</param>
    /// <param name="bound">A lower bound by the test.</param>
    /// <param name="level">In (0, 1).</param>
    public static Interval? Of(
        CalibrationError measured,
        ConsistencyDraws draws,
        GapPattern pattern,
        bool found,
        double bound,
        double level
    )
    {
        if (measured.Ece is not { } ece)
            return null;
        var noise = Noise(measured, draws, pattern);
        var tail = (1 - level) / 2;
        var values = (double[])draws.Ece.Clone();
        Array.Sort(values);
        var high = pattern.Ece(Root(Math.Max(ece, Quantile.Of(values, 0.5)), 1 - tail));
        var low = found ? Math.Max(Math.Min(pattern.Ece(Root(ece, tail)), ece), Math.Min(bound, ece)) : pattern.Ece(0);
        return new Interval(low, Math.Max(high, low));

        // The s from which on at least this share of draws lies above (within rounding).
        double Root(double value, double share)
        {
            double from = 0,
                to = 1;
            for (var step = 0; step < 24; step++)
            {
                var middle = 0.5 * (from + to);
                if (pattern.ShareAtLeast(value - ConsistencyDraws.Rounding, middle, noise) < share)
                    from = middle;
                else
                    to = middle;
            }
            return 0.5 * (from + to);
        }
    }

    // A bin of mean p and frequency f has labels of variance f (1 - f), not p (1 - p); f is drawn to p by two pairs.
    private static double[][] Noise(CalibrationError measured, ConsistencyDraws draws, GapPattern pattern)
    {
        var scale = new double[measured.Counts.Count];
        for (var m = 0; m < scale.Length; m++)
        {
            var count = measured.Counts[m];
            double p = measured.Confidences[m] ?? 0.5,
                f = (count * (measured.Frequencies[m] ?? 0.5) + 2 * p) / (count + 2);
            scale[m] = p * (1 - p) > 0 ? Math.Sqrt(f * (1 - f) / (p * (1 - p))) : 1;
        }
        var noise = new double[draws.Gaps.Length][];
        for (var draw = 0; draw < noise.Length; draw++)
        {
            var row = noise[draw] = new double[scale.Length];
            for (var m = 0; m < row.Length; m++)
                row[m] = (draws.Gaps[draw][m] - pattern.Fixed[m]) * scale[m];
        }
        return noise;
    }
}
