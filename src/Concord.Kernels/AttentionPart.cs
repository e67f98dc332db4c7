namespace Concord.Kernels;

/// <summary>Neighbouring queries and the keys they see: each query sees one key more than the one before it.</summary>
/// <param name="Query">First row in the buffer of queries and in that of outputs.</param>
/// <param name="Queries">Number of query rows.</param>
/// <param name="Runs">Where the keys lie, in order of position: from the first that the first query sees up to the last
/// that the last query sees.</param>
/// <param name="Visible">Number of keys the first query sees, counted from the first.</param>
/// <param name="Window">How many keys a query sees at most, its own included.</param>
public readonly record struct AttentionPart(int Query, int Queries, KeyRun[] Runs, int Visible, int Window)
{
    /// <summary>Number of keys.</summary>
    public int Keys { get; } = Runs.Sum(run => run.Count);

    /// <summary>Number of pairs of a query and a key it sees, or a little more: what the part costs.</summary>
    public long Cost => (long)Queries * Math.Min(Keys, Window);

    /// <summary>The keys query <paramref name="query"/> sees, [from, to).</summary>
    public (int From, int To) VisibleTo(int query) => (Math.Max(0, Visible + query - Window), Visible + query);

    /// <summary>
    /// The queries, one past the last, that may see keys up to <paramref name="key"/>: the first of them.
    /// </summary>
    public int FirstQueryOf(int key) => Math.Max(0, key + 1 - Visible);
}
