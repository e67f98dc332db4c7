namespace Concord.Calibration;

/// <summary>An interval.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>The percentile interval of resampled values.</summary>
    internal static Interval OfResamples(double[] values, double level)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        return new Interval(Quantile.Of(sorted, (1 - level) / 2), Quantile.Of(sorted, (1 + level) / 2));
    }
}
