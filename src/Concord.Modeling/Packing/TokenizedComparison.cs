using Concord.Preferences;

namespace Concord.Modeling.Packing;

/// <summary>A comparison as the model reads it: the ids all responses share, once, and each response's own ids after them.</summary>
/// <remarks>Row j of the comparison is <c>Prefix ++ Suffixes[j]</c>. A suffix is empty where one response's ids are a prefix of all others'; its reward then sits on the last id of the prefix.</remarks>
public sealed record TokenizedComparison
{
    /// <summary>The longest common prefix of all rows.</summary>
    public required int[] Prefix { get; init; }

    /// <summary>What follows the prefix in each row.</summary>
    public required int[][] Suffixes { get; init; }

    /// <summary>A score per row, higher is better.</summary>
    public required double[] Scores { get; init; }

    /// <summary>Whether anything was cut to fit the maximum length.</summary>
    public bool Truncated { get; init; }

    /// <summary>Whether a response alone was longer than the window and lost its end.</summary>
    public bool ResponseCut { get; init; }

    /// <summary>The comparison these ids came from.</summary>
    public required Comparison Comparison { get; init; }

    /// <summary>Number of tokens of row j.</summary>
    public int RowLength(int row) => Prefix.Length + Suffixes[row].Length;

    /// <summary>Number of tokens that are computed for the comparison: the prefix once and every suffix.</summary>
    public int PackedLength => Prefix.Length + Suffixes.Sum(suffix => suffix.Length);

    /// <summary>Splits rows of ids at their longest common prefix.</summary>
    public static (int[] Prefix, int[][] Suffixes) Share(IReadOnlyList<int[]> rows)
    {
        var shared = rows.Min(row => row.Length);
        foreach (var row in rows) shared = row.AsSpan(0, shared).CommonPrefixLength(rows[0].AsSpan(0, shared));
        return (rows[0][..shared], [.. rows.Select(row => row[shared..])]);
    }
}
