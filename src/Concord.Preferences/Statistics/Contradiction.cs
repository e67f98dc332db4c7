namespace Concord.Preferences.Statistics;

/// <summary>
/// How far two sources, or the records of one source, contradict each other on the same prompt and the same two
/// responses.
/// </summary>
/// <param name="First">One source.</param>
/// <param name="Second">The other; the same for contradictions within a source.</param>
/// <param name="Shared">Pairs of responses that both order; within a source, pairs that at least two of its records
/// order.</param>
/// <param name="Opposed">Of those, how many are ordered in opposite ways.</param>
/// <param name="Examples">A few of them: where the two opposite orders were read.</param>
public sealed record Contradiction(
    string First,
    string Second,
    int Shared,
    int Opposed,
    IReadOnlyList<(RecordOrigin First, RecordOrigin Second)> Examples
);
