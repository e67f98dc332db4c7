namespace Concord.Bench;

/// <summary>seconds ≈ c · x^e, by least squares over logarithms.</summary>
/// <param name="Exponent">e.</param>
/// <param name="Factor">c.</param>
/// <param name="Largest">The largest ratio of a measured to a fitted value, or of a fitted to a measured one.</param>
internal sealed record PowerLaw(double Exponent, double Factor, double Largest)
{
    /// <summary>Fits points; all are positive.</summary>
    public static PowerLaw Fit(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double[] a = [.. x.Select(value => Math.Log(value))],
            b = [.. y.Select(value => Math.Log(value))];
        double meanA = a.Average(),
            meanB = b.Average();
        var exponent = a.Zip(b, (p, q) => (p - meanA) * (q - meanB)).Sum() / a.Sum(p => (p - meanA) * (p - meanA));
        var shift = meanB - exponent * meanA;
        return new(exponent, Math.Exp(shift), Math.Exp(a.Zip(b, (p, q) => Math.Abs(q - shift - exponent * p)).Max()));
    }
}
