namespace Concord.Foundation;

/// <summary>The logistic function and its logarithm, in double precision over the whole range.</summary>
public static class Logistic
{
    /// <summary>
    /// 1 / (1 + exp(-x)), to the bit as the references of the metrics compute it (bins of equal count have their edges
    /// at such values); 0 and 1 at the ends.
    /// </summary>
    public static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));

    /// <summary>The same to the last bits where it is small too, as slopes of a loss need it.</summary>
    public static double PreciseSigmoid(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>log(1 + exp(x)) = -log sigmoid(-x), without overflow and without loss for very negative x.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x)));

    // Math has no log1p, and double.LogP1 is log(1 + y). Kahan's form: the rounding of 1 + y cancels in the quotient.
    private static double Log1P(double y)
    {
        var u = 1.0 + y;
        return u == 1.0 ? y : Math.Log(u) * (y / (u - 1.0));
    }
}
