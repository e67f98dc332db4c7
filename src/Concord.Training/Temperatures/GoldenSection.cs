namespace Concord.Training.Temperatures;

/// <summary>Finds the lowest point of a function of one number that falls, then rises (Kiefer 1953).</summary>
internal static class GoldenSection
{
    private const double Tolerance = 1e-9; // finer than the function's own last bits can tell

    private static readonly double Ratio = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The place of the minimum between two places.</summary>
    public static double Minimum(Func<double, double> function, double low, double high)
    {
        var left = high - Ratio * (high - low);
        var right = low + Ratio * (high - low);
        var atLeft = function(left);
        var atRight = function(right);
        while (high - low > Tolerance)
            if (atLeft <= atRight)
            {
                high = right;
                right = left;
                atRight = atLeft;
                left = high - Ratio * (high - low);
                atLeft = function(left);
            }
            else
            {
                low = left;
                left = right;
                atLeft = atRight;
                right = low + Ratio * (high - low);
                atRight = function(right);
            }
        return (low + high) / 2;
    }
}
