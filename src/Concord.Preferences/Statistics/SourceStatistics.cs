namespace Concord.Preferences.Statistics;

/// <summary>What a source's comparisons are like.</summary>
public sealed record SourceStatistics
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Number of comparisons.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Number of different prompts.</summary>
    public required int Prompts { get; init; }

    /// <summary>Number of named annotators; 0 where none is known.</summary>
    public required int Annotators { get; init; }

    /// <summary>Responses over all comparisons; as many rows a model reads.</summary>
    public required int Responses { get; init; }

    /// <summary>Strictly ordered pairs: the preferences.</summary>
    public required int StrictPairs { get; init; }

    /// <summary>Comparisons without any strictly ordered pair.</summary>
    public required int Ties { get; init; }

    /// <summary>
    /// Pairs of equal scores, those inside comparisons of more than two responses included (losers of which nobody said
    /// which is better).
    /// </summary>
    public required int EqualPairs { get; init; }

    /// <summary>Lengths of the rows.</summary>
    public required Lengths Lengths { get; init; }

    /// <summary>
    /// Share of all rows' length that the rows of a comparison have in common at their beginning, in [0, 1]: what a
    /// prompt computed once need not compute again.
    /// </summary>
    public required double SharedPrefixShare { get; init; }

    /// <summary>
    /// Comparisons that say again what an earlier one of the source said: same prompt, same responses with the same
    /// scores, same annotator.
    /// </summary>
    public required int Duplicates { get; init; }

    /// <summary>Strictly ordered pairs whose two responses are the same text.</summary>
    public required int IdenticalPairs { get; init; }

    /// <summary>Responses that are empty.</summary>
    public required int EmptyResponses { get; init; }

    /// <summary>Different pairs of responses that the source orders (strictly, by somebody).</summary>
    public required int JudgedPairs { get; init; }

    /// <summary>
    /// Of those, how many are ordered the other way within the source too: by another annotator, or by the same in
    /// another record.
    /// </summary>
    public required int ContradictedWithin { get; init; }

    /// <summary>Of those, how many are ordered the other way by another source.</summary>
    public required int ContradictedByOthers { get; init; }

    /// <summary>Comparisons with a row longer than the maximum length; 0 without one.</summary>
    public required int Overlong { get; init; }

    /// <summary>What each truncation policy would do; empty without a maximum length.</summary>
    public required IReadOnlyList<OverlongPolicy> Policies { get; init; }
}
