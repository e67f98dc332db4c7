using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Concord.Foundation;
using Concord.Preferences;

namespace Concord.Tokenization.Comparisons;

/// <summary>
/// A comparison as the model reads it: the ids all responses share, once, and each response's own ids after them.
/// </summary>
/// <remarks>
/// Row j of the comparison is <c>Prefix ++ Suffixes[j]</c>. A suffix is empty where one response's ids are a prefix of
/// all others'; its reward then sits on the last id of the prefix.
/// The ids lie in memory, or in a <see cref="TokenFile"/>, from which every reading copies them anew: who needs them
/// more than once takes <see cref="Ids"/> once.
/// </remarks>
public sealed record TokenizedComparison
{
    private readonly int[]? prefix;
    private readonly int[][]? suffixes;
    private readonly StoredIds? stored;
    private readonly int[]? responseLengths;

    /// <summary>A comparison whose ids are given.</summary>
    public TokenizedComparison() { }

    [SetsRequiredMembers]
    internal TokenizedComparison(StoredIds stored, Comparison comparison, double[] scores)
    {
        (Prefix, Suffixes) = (null!, null!); // they are where stored says
        (this.stored, Comparison, Scores) = (stored, comparison, scores);
    }

    /// <summary>The longest common prefix of all rows.</summary>
    public required int[] Prefix
    {
        get => prefix ?? stored!.Read().Prefix;
        init => prefix = value;
    }

    /// <summary>What follows the prefix in each row.</summary>
    public required int[][] Suffixes
    {
        get => suffixes ?? stored!.Read().Suffixes;
        init => suffixes = value;
    }

    /// <summary>Prefix and suffixes, in one reading.</summary>
    public (int[] Prefix, int[][] Suffixes) Ids
    {
        get
        {
            if (prefix is not null && suffixes is not null)
                return (prefix, suffixes);
            var read = stored!.Read();
            return (prefix ?? read.Prefix, suffixes ?? read.Suffixes);
        }
    }

    /// <summary>A score per row, higher is better.</summary>
    public required double[] Scores { get; init; }

    /// <summary>
    /// The length of each response as <see cref="Response.Length"/> has it, whatever was cut; null where the comparison
    /// came without responses.
    /// </summary>
    public int[]? ResponseLengths
    {
        get =>
            responseLengths
            ?? (
                Comparison.Responses.Count == RowCount
                    ? [.. Comparison.Responses.Select(response => response.Length)]
                    : null
            );
        init => responseLengths = value;
    }

    /// <summary>Whether anything was cut to fit the maximum length.</summary>
    public bool Truncated { get; init; }

    /// <summary>Whether a response alone was longer than the window and lost its end.</summary>
    public bool ResponseCut { get; init; }

    /// <summary>The comparison these ids came from; out of a <see cref="TokenFile"/> without its texts.</summary>
    public required Comparison Comparison { get; init; }

    /// <summary>Number of rows, that is of responses.</summary>
    public int RowCount => suffixes?.Length ?? stored!.SuffixLengths.Length;

    /// <summary>Number of tokens that all rows share.</summary>
    public int PrefixLength => prefix?.Length ?? stored!.PrefixLength;

    /// <summary>Number of tokens of row j.</summary>
    public int RowLength(int row) => PrefixLength + SuffixLength(row);

    /// <summary>Number of tokens that are computed for the comparison: the prefix once and every suffix.</summary>
    public int PackedLength
    {
        get
        {
            var length = PrefixLength;
            for (var row = 0; row < RowCount; row++)
                length += SuffixLength(row);
            return length;
        }
    }

    /// <summary>A hash of the ids: equal for equal prefixes and suffixes.</summary>
    public UInt128 ContentKey => prefix is null && suffixes is null ? stored!.Key : KeyOf(Ids.Prefix, Ids.Suffixes);

    /// <summary>The hash of ids that <see cref="ContentKey"/> gives.</summary>
    internal static UInt128 KeyOf(int[] prefix, int[][] suffixes)
    {
        var hash = new ContentHash();
        Add(hash, prefix);
        foreach (var suffix in suffixes)
            Add(hash, suffix);
        return hash.Value;

        static void Add(ContentHash hash, int[] ids)
        {
            hash.Add(BitConverter.GetBytes(ids.Length));
            hash.Add(MemoryMarshal.AsBytes(ids.AsSpan()));
        }
    }

    /// <summary>Splits rows of ids at their longest common prefix.</summary>
    public static (int[] Prefix, int[][] Suffixes) Share(IReadOnlyList<int[]> rows)
    {
        var shared = rows.Min(row => row.Length);
        foreach (var row in rows)
            shared = row.AsSpan(0, shared).CommonPrefixLength(rows[0].AsSpan(0, shared));
        return (rows[0][..shared], [.. rows.Select(row => row[shared..])]);
    }

    private int SuffixLength(int row) => suffixes?[row].Length ?? stored!.SuffixLengths[row];
}
