namespace Concord.Modeling.Kernels;

/// <summary>
/// Neighbouring queries of one part of a comparison (its prefix or one response) and the keys they see: some of the
/// prefix, then some of their own part.
/// </summary>
/// <param name="Query">First row in the buffer of queries and in that of outputs.</param>
/// <param name="Queries">Number of query rows; they are neighbours there, and their tokens are neighbours in the
/// batch.</param>
/// <param name="PrefixStart">Row in the batch of the first prefix key.</param>
/// <param name="PrefixKeys">Number of prefix keys; 0 where the queries are the prefix's own.</param>
/// <param name="OwnStart">Row in the batch of the first key of the own part.</param>
/// <param name="OwnKeys">Number of those: up to and including the last query's own token.</param>
/// <param name="Visible">Number of keys the first query sees, counted from the first; each query sees one more than the
/// one before it.</param>
/// <param name="Window">How many keys a query sees at most, its own included.</param>
internal readonly record struct AttentionPart(
    int Query,
    int Queries,
    int PrefixStart,
    int PrefixKeys,
    int OwnStart,
    int OwnKeys,
    int Visible,
    int Window
)
{
    /// <summary>Number of keys.</summary>
    public int Keys => PrefixKeys + OwnKeys;

    /// <summary>Number of pairs of a query and a key it sees, or a little more: what the part costs.</summary>
    public long Cost => (long)Queries * Math.Min(Keys, Window);

    /// <summary>The keys query <paramref name="query"/> sees, [from, to).</summary>
    public (int From, int To) VisibleTo(int query) => (Math.Max(0, Visible + query - Window), Visible + query);

    /// <summary>
    /// The queries, one past the last, that may see keys up to <paramref name="key"/>: the first of them.
    /// </summary>
    public int FirstQueryOf(int key) => Math.Max(0, key + 1 - Visible);

    /// <summary>The row in the batch of a key.</summary>
    public int RowOf(int key) => key < PrefixKeys ? PrefixStart + key : OwnStart + key - PrefixKeys;
}
