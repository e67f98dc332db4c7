namespace Concord.Calibration;

/// <summary>The draws of <see cref="ConsistencyResampling"/> in one binning.</summary>
/// <param name="Gaps">Per draw, the gap Σ (conf - acc) of every bin.</param>
/// <param name="Ece">Per draw, the ECE.</param>
internal sealed record ConsistencyDraws(double[][] Gaps, double[] Ece)
{
    /// <summary>The band beside the ECE that was measured.</summary>
    public ConsistencyBand Band(double measured)
    {
        var sorted = (double[])Ece.Clone();
        Array.Sort(sorted);
        return new ConsistencyBand(
            sorted.Average(),
            Quantile.Of(sorted, 0.05),
            Quantile.Of(sorted, 0.95),
            // Both come from sums in different orders; a draw equal to the measurement must count as equal.
            (1.0 + sorted.Count(value => value >= measured - Rounding)) / (1.0 + sorted.Length)
        );
    }

    /// <summary>How far two sums of the same terms in different orders may lie apart.</summary>
    public const double Rounding = 1e-12;

    /// <summary>The standard deviation of each bin's gap.</summary>
    public double[] Deviations()
    {
        var result = new double[Gaps[0].Length];
        for (var m = 0; m < result.Length && Gaps.Length > 1; m++)
        {
            double sum = 0,
                squares = 0;
            foreach (var row in Gaps)
            {
                sum += row[m];
                squares += row[m] * row[m];
            }
            result[m] = Math.Sqrt(Math.Max(0, (squares - sum * sum / Gaps.Length) / (Gaps.Length - 1)));
        }
        return result;
    }
}
