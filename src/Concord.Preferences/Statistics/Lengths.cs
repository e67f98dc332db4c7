namespace Concord.Preferences.Statistics;

/// <summary>The lengths of a source's rows (prompt and one response each), in the unit of the statistics.</summary>
/// <param name="Median">Half of the rows are at most as long.</param>
/// <param name="Percentile95">95 % of the rows are at most as long.</param>
/// <param name="Longest">The longest row.</param>
/// <param name="Total">All rows together.</param>
public sealed record Lengths(int Median, int Percentile95, int Longest, long Total)
{
    internal static Lengths Of(List<int> lengths)
    {
        if (lengths.Count == 0)
            return new Lengths(0, 0, 0, 0);
        lengths.Sort();
        return new Lengths(At(0.5), At(0.95), lengths[^1], lengths.Sum(length => (long)length));

        // The smallest length that at least this share of the rows does not exceed.
        int At(double share) => lengths[Math.Clamp((int)Math.Ceiling(share * lengths.Count) - 1, 0, lengths.Count - 1)];
    }
}
