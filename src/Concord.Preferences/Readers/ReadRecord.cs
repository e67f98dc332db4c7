namespace Concord.Preferences.Readers;

/// <summary>What one record of a file gave: comparisons, a problem, or parts left out for a reason.</summary>
/// <param name="Line">The line, from 1; in a JSON array or a parquet file the record's number; 0 for what only the end
/// of the file could give.</param>
/// <param name="Comparisons">None, one or several (one per annotator, domain or group of siblings).</param>
/// <param name="Problem">Why the record could not be read, else null.</param>
/// <param name="Dropped">Parts that were left out on purpose: reason and count.</param>
public sealed record ReadRecord(
    int Line,
    IReadOnlyList<Comparison> Comparisons,
    ReadProblem? Problem,
    IReadOnlyDictionary<string, int> Dropped
)
{
    /// <summary>The record's own JSON in UTF-8; empty where there is none: it could not be found in the file, or what
    /// is given here is of no one record.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>What there is to say of the whole file, once, with line 0: columns that were not used, how sources were
    /// told apart.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether the record says nothing of its responses, whose scores are then all 0.</summary>
    public bool IsUnscored { get; init; }
}
