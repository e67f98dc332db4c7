namespace Concord.Calibration;

/// <summary>The gaps of the bins where every pair's confidence is too large by s.</summary>
/// <param name="Fixed">What equal rewards add to every bin whatever s is.</param>
/// <param name="Slope">What s = 1 adds.</param>
/// <param name="Total">What the sum of the absolute gaps is divided by to be an ECE.</param>
internal sealed record GapPattern(double[] Fixed, double[] Slope, double Total)
{
    /// <summary>The ECE at s.</summary>
    public double Ece(double s)
    {
        double sum = 0;
        for (var m = 0; m < Slope.Length; m++)
            sum += Math.Abs(Fixed[m] + s * Slope[m]);
        return sum / Total;
    }

    /// <summary>The share of noisy models at s whose ECE is at least a value.</summary>
    public double ShareAtLeast(double value, double s, double[][] noise)
    {
        var count = 0;
        var needed = value * Total;
        foreach (var row in noise)
        {
            double sum = 0;
            for (var m = 0; m < row.Length; m++)
                sum += Math.Abs(Fixed[m] + s * Slope[m] + row[m]);
            if (sum >= needed)
                count++;
        }
        return (double)count / noise.Length;
    }
}
