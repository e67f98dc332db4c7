namespace Concord.Calibration;

/// <summary>The normal distribution in double precision.</summary>
internal static class NormalDistribution
{
    private const double InverseSqrtPi = 0.56418958354775628695;

    // Below it the series of erf keeps at least 13 digits of 1 - erf, above it the continued fraction of erfc converges
    // quickly.
    private const double Switch = 2.5;

    /// <summary>P(|Z| >= |z|), relative error about 1e-12.</summary>
    public static double TwoSidedTail(double z) => double.IsNaN(z) ? double.NaN : Erfc(Math.Abs(z) / Math.Sqrt(2));

    /// <summary>The density at z.</summary>
    public static double Density(double z) => InverseSqrtPi / Math.Sqrt(2) * Math.Exp(-0.5 * z * z);

    /// <summary>P(|Z| &lt; |z|) with the sign of z: erf(z / √2).</summary>
    public static double SignedCentralMass(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        return Math.Sign(z) * (x < Switch ? ErfSeries(x) : 1 - Erfc(x));
    }

    private static double Erfc(double x)
    {
        if (x < Switch)
            return 1 - ErfSeries(x);
        if (x > 27)
            return 0; // below the smallest double
        // erfc(x) = exp(-x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))), evaluated from the inside.
        var tail = x;
        for (var k = 60; k >= 1; k--)
            tail = x + 0.5 * k / tail;
        return InverseSqrtPi * Math.Exp(-x * x) / tail;
    }

    // erf(x) = 2/√π · exp(-x²) · Σ 2^n x^(2n+1) / (2n+1)!!: all terms positive, nothing cancels.
    private static double ErfSeries(double x)
    {
        double term = x,
            sum = x;
        for (var n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 * InverseSqrtPi * Math.Exp(-x * x) * sum;
    }
}
