namespace Concord.Preferences.Statistics;

/// <summary>Counts, for one source, what each truncation policy would do at a maximum length.</summary>
internal sealed class OverlongCounter(int maximum)
{
    private Cut sharedLeft;
    private Cut left;
    private Cut right;
    private int pairs;

    /// <summary>Number of overlong comparisons.</summary>
    public int Comparisons { get; private set; }

    /// <summary>Number of overlong rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Takes in one comparison.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="rows">Its rows, prompt included.</param>
    /// <param name="shared">Length of their longest common prefix.</param>
    public void Add(Comparison comparison, IReadOnlyList<int[]> rows, int shared)
    {
        var longest = rows.Max(row => row.Length);
        if (longest <= maximum)
            return;
        Comparisons++;
        Rows += rows.Count(row => row.Length > maximum);
        pairs += comparison.StrictPairs;
        // One window for all rows: what the longest needs is taken from the shared prompt, and where that is not
        // enough, from its end.
        var taken = Math.Min(longest - maximum, shared);
        sharedLeft += Count(
            comparison,
            rows,
            row => row[taken..Math.Min(row.Length, taken + maximum)],
            row => row.Length - taken > maximum
        );
        left += Count(
            comparison,
            rows,
            row => row[Math.Max(0, row.Length - maximum)..],
            row => row.Length - shared > maximum
        );
        right += Count(comparison, rows, row => row[..Math.Min(row.Length, maximum)], row => row.Length > maximum);
    }

    /// <summary>The counts by policy.</summary>
    public IReadOnlyList<OverlongPolicy> Policies() =>
        [
            Of("shared-left", sharedLeft),
            Of("left", left),
            Of("right", right),
            new OverlongPolicy { Name = "drop", PairsDropped = pairs },
            new OverlongPolicy { Name = "error", PairsRefused = pairs },
        ];

    private OverlongPolicy Of(string name, Cut cut) =>
        new()
        {
            Name = name,
            PairsCut = pairs,
            ResponsesCut = cut.Responses,
            PairsAlike = cut.Alike,
        };

    private static Cut Count(
        Comparison comparison,
        IReadOnlyList<int[]> rows,
        Func<int[], int[]> cut,
        Func<int[], bool> losesResponse
    )
    {
        var after = rows.Select(cut).ToArray();
        var alike = 0;
        for (var i = 0; i < after.Length; i++)
        for (var j = 0; j < i; j++)
            if (
                comparison.Scores[i] != comparison.Scores[j]
                && after[i].AsSpan().SequenceEqual(after[j])
                && !rows[i].AsSpan().SequenceEqual(rows[j])
            )
                alike++;
        return new Cut(rows.Count(losesResponse), alike);
    }

    private readonly record struct Cut(int Responses, int Alike)
    {
        public static Cut operator +(Cut a, Cut b) => new(a.Responses + b.Responses, a.Alike + b.Alike);
    }
}
