namespace Concord.Calibration;

/// <summary>
/// A number of one model less that of another on the same pairs, and whether it can be told from chance.
/// </summary>
/// <param name="Difference">The second model's number less the first's.</param>
/// <param name="Interval">Its interval, the prompt being the unit, and the seed where there are several; without ends
/// where all pairs of a source are of one prompt.</param>
public sealed record PairedDifference(double Difference, Interval Interval)
{
    /// <summary>1 or -1 where the interval lies on one side of 0; 0: undecided.</summary>
    public int Sign =>
        Interval.Low > 0 ? 1
        : Interval.High < 0 ? -1
        : 0;
}
