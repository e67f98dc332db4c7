namespace Concord.Modeling.Kernels;

/// <summary>A few neighbouring query rows of one part of a comparison (its prefix or one response) and the keys they see: some of the prefix, then some of their own part.</summary>
/// <param name="Query">First row in the buffer of queries and in that of outputs.</param>
/// <param name="Rows">Number of query rows; they are neighbours there, and their tokens are neighbours in the batch.</param>
/// <param name="PrefixStart">Row in the batch of the first prefix key.</param>
/// <param name="PrefixKeys">Number of prefix keys; 0 where the queries are the prefix's own.</param>
/// <param name="OwnStart">Row in the batch of the first key of the own part.</param>
/// <param name="OwnKeys">Number of those: up to and including the last query's own token.</param>
/// <param name="Visible">Number of keys the first row sees, counted from the first; each row sees one more than the one before it.</param>
internal readonly record struct AttentionBlock(int Query, int Rows, int PrefixStart, int PrefixKeys, int OwnStart, int OwnKeys, int Visible)
{
    /// <summary>Number of keys.</summary>
    public int Keys => PrefixKeys + OwnKeys;

    /// <summary>The keys row <paramref name="row"/> of the block sees, [from, to).</summary>
    public (int From, int To) VisibleTo(int row, int? window)
    {
        var to = Visible + row;
        return (window is { } width ? Math.Max(0, to - width) : 0, to);
    }
}
