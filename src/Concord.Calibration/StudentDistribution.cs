namespace Concord.Calibration;

/// <summary>Student's t distribution in double precision, for degrees of freedom that need not be whole.</summary>
internal static class StudentDistribution
{
    // From here on it is the normal distribution to 1e-9.
    private const double Normal = 1e9;

    /// <summary>P(|T| ≥ |t|).</summary>
    /// <param name="t">The statistic.</param>
    /// <param name="degreesOfFreedom">Above 0; infinite for the normal distribution.</param>
    public static double TwoSidedTail(double t, double degreesOfFreedom)
    {
        if (double.IsNaN(t))
            return double.NaN;
        if (double.IsInfinity(t))
            return 0;
        if (degreesOfFreedom >= Normal)
            return NormalDistribution.TwoSidedTail(t);
        return BetaDistribution.Cumulative(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
    }

    /// <summary>The t > 0 beyond which, on both sides together, lies <paramref name="tail"/>.</summary>
    /// <param name="tail">In (0, 1).</param>
    /// <param name="degreesOfFreedom">Above 0; infinite for the normal distribution.</param>
    public static double Critical(double tail, double degreesOfFreedom)
    {
        double low = 0,
            high = 1;
        while (TwoSidedTail(high, degreesOfFreedom) > tail && high < 1e300)
            high *= 2;
        for (var step = 0; step < 200 && high - low > 1e-13 * high; step++)
        {
            var middle = 0.5 * (low + high);
            if (TwoSidedTail(middle, degreesOfFreedom) > tail)
                low = middle;
            else
                high = middle;
        }
        return 0.5 * (low + high);
    }
}
