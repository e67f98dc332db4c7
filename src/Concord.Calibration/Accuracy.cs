namespace Concord.Calibration;

/// <summary>
/// The share of strict pairs that the rewards order as the source does. Pairs of equal score are no question and count
/// for nothing.
/// </summary>
public static class Accuracy
{
    /// <summary>From r_w - r_l of each strict pair; null for an empty set.</summary>
    /// <param name="differences">Reward of the preferred response less that of the other.</param>
    /// <param name="tie">What an equal reward counts: 1/2, as a coin would do, or 0.</param>
    public static double? OfDifferences(IReadOnlyList<double> differences, double tie = 0.5)
    {
        if (differences.Count == 0)
            return null;
        long right = 0,
            equal = 0;
        for (var i = 0; i < differences.Count; i++)
        {
            if (differences[i] > 0)
                right++;
            else if (differences[i] == 0)
                equal++;
        }
        return (right + tie * equal) / differences.Count;
    }
}
