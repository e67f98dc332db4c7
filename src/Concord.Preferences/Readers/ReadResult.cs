namespace Concord.Preferences.Readers;

/// <summary>What a file gave, with an account of everything that did not become a comparison.</summary>
public sealed record ReadResult
{
    /// <summary>The file's path as it was given.</summary>
    public required string File { get; init; }

    /// <summary>The format it was read as.</summary>
    public required PreferenceFormat Format { get; init; }

    /// <summary>Number of records seen, malformed ones included.</summary>
    public required int Records { get; init; }

    /// <summary>The comparisons, in the order of the file.</summary>
    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    /// <summary>The records that could not be read, in the order of the file.</summary>
    public required IReadOnlyList<ReadProblem> Problems { get; init; }

    /// <summary>What was left out on purpose: reason and count.</summary>
    public required IReadOnlyDictionary<string, int> Dropped { get; init; }

    /// <summary>The columns that held something and that no comparison was made of.</summary>
    public IReadOnlyList<UnusedColumn> Unused { get; init; } = [];

    /// <summary>What else there is to say: how sources were told apart, what merged.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
