namespace Concord.Foundation;

/// <summary>The logistic function and its logarithm, in double precision over the whole range.</summary>
public static class Logistic
{
    /// <summary>1 / (1 + exp(-x)); 0 and 1 at the ends.</summary>
    public static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));

    /// <summary>log(1 + exp(x)) = -log sigmoid(-x), without overflow and without loss for very negative x.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x)));

    // Math has no log1p, and double.LogP1 is log(1 + y). Kahan's form: the rounding of 1 + y cancels in the quotient.
    private static double Log1P(double y)
    {
        var u = 1.0 + y;
        return u == 1.0 ? y : Math.Log(u) * (y / (u - 1.0));
    }
}
