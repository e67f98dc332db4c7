namespace Concord.Preferences.Statistics;

/// <summary>What a truncation policy would do to a source's comparisons with a row longer than the maximum.</summary>
public sealed record OverlongPolicy
{
    /// <summary>
    /// The policy's name: <c>shared-left</c>, <c>left</c>, <c>right</c>, <c>drop</c> or <c>error</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Strictly ordered pairs of comparisons of which something would be cut.</summary>
    public int PairsCut { get; init; }

    /// <summary>Responses that would lose a part of themselves, not only prompt.</summary>
    public int ResponsesCut { get; init; }

    /// <summary>
    /// Strictly ordered pairs whose two rows would be the same after the cut: nothing is left to learn from.
    /// </summary>
    public int PairsAlike { get; init; }

    /// <summary>Strictly ordered pairs that would be left out.</summary>
    public int PairsDropped { get; init; }

    /// <summary>Strictly ordered pairs that would end the run with an error.</summary>
    public int PairsRefused { get; init; }
}
