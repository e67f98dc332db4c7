namespace Concord.Calibration;

/// <summary>The beta distribution in double precision, for parameters that need not be whole.</summary>
internal static class BetaDistribution
{
    /// <summary>
    /// P(X ≤ x) of Beta(a, b), the regularised incomplete beta function, by its continued fraction (Lentz's method;
    /// Press et al., Numerical Recipes, 6.4), relative error about 1e-12.
    /// </summary>
    /// <param name="x">In [0, 1].</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double Cumulative(double x, double a, double b)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        // The fraction converges quickly below the mean; beyond it the other tail is taken.
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - front * Fraction(1 - x, b, a) / b;
    }

    private static double Fraction(double x, double a, double b)
    {
        const double tiny = 1e-300;
        double c = 1,
            d = Safe(1 - (a + b) * x / (a + 1));
        d = 1 / d;
        var value = d;
        for (var m = 1; m <= 10_000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / Safe(1 + even * d);
            c = Safe(1 + even / c);
            value *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / Safe(1 + odd * d);
            c = Safe(1 + odd / c);
            value *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15)
                break;
        }
        return value;

        static double Safe(double value) => Math.Abs(value) < tiny ? tiny : value;
    }

    // Lanczos' approximation (g = 7, nine terms), relative error about 1e-15 for x > 0.
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> terms =
        [
            0.99999999999980993,
            676.5203681218851,
            -1259.1392167224028,
            771.32342877765313,
            -176.61502916214059,
            12.507343278686905,
            -0.13857109526572012,
            9.9843695780195716e-6,
            1.5056327351493116e-7,
        ];
        if (x < 0.5)
            return LogGamma(x + 1) - Math.Log(x);
        var sum = terms[0];
        for (var k = 1; k < terms.Length; k++)
            sum += terms[k] / (x - 1 + k);
        var t = x + 6.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
