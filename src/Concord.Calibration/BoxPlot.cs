namespace Concord.Calibration;

/// <summary>
/// A box plot with its outliers: values strictly beyond Q1 - 1.5 IQR or Q3 + 1.5 IQR (Tukey), as matplotlib draws them.
/// </summary>
/// <param name="Q1">First quartile.</param>
/// <param name="Median">Median.</param>
/// <param name="Q3">Third quartile.</param>
/// <param name="Low">Q1 - 1.5 IQR.</param>
/// <param name="High">Q3 + 1.5 IQR.</param>
/// <param name="Outliers">How many values of the group lie beyond.</param>
/// <param name="OutliersMean">Their mean; null where there is none.</param>
/// <param name="OutliersAbove">How many lie above <paramref name="High"/>.</param>
/// <param name="OutliersBelow">How many lie below <paramref name="Low"/>.</param>
public sealed record BoxPlot(
    double Q1,
    double Median,
    double Q3,
    double Low,
    double High,
    int Outliers,
    double? OutliersMean,
    int OutliersAbove,
    int OutliersBelow
)
{
    /// <summary>
    /// The box of <paramref name="sorted"/> with the outliers among <paramref name="group"/>; null where there is no
    /// value.
    /// </summary>
    internal static BoxPlot? Of(ReadOnlySpan<double> sorted, ReadOnlySpan<double> group)
    {
        if (sorted.IsEmpty)
            return null;
        double q1 = Quantile.Of(sorted, 0.25),
            q3 = Quantile.Of(sorted, 0.75);
        double low = q1 - 1.5 * (q3 - q1),
            high = q3 + 1.5 * (q3 - q1);
        var beyond = new List<double>();
        int above = 0,
            below = 0;
        foreach (var value in group)
        {
            if (value > high)
                above++;
            else if (value < low)
                below++;
            else
                continue;
            beyond.Add(value);
        }
        return new BoxPlot(
            q1,
            Quantile.Of(sorted, 0.5),
            q3,
            low,
            high,
            above + below,
            RewardDrift.MeanOf(beyond.ToArray()),
            above,
            below
        );
    }
}
