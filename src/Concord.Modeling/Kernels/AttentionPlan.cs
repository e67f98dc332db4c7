using Concord.Modeling.Packing;

namespace Concord.Modeling.Kernels;

/// <summary>Which rows of a packed batch see which: made once for a batch, used by every layer.</summary>
internal sealed class AttentionPlan
{
    private const int BlockRows = 64;

    private AttentionPlan(IReadOnlyList<PackedSegment> segments, int? window, List<AttentionBlock>[] blocks)
    {
        (Segments, Window) = (segments, window);
        BlocksOf = [.. blocks.Select(list => list.ToArray())];
        BlocksByCost = [.. blocks.SelectMany(list => list).OrderByDescending(block => (long)block.Rows * block.Keys)];
        SegmentsByCost = [.. Enumerable.Range(0, segments.Count).OrderByDescending(index => blocks[index].Sum(block => (long)block.Rows * block.Keys))];
    }

    /// <summary>The comparisons of the batch.</summary>
    public IReadOnlyList<PackedSegment> Segments { get; }

    /// <summary>Number of positions a query looks back, its own included; null for all.</summary>
    public int? Window { get; }

    /// <summary>The query blocks of each segment.</summary>
    public AttentionBlock[][] BlocksOf { get; }

    /// <summary>All query blocks, the most expensive first.</summary>
    public AttentionBlock[] BlocksByCost { get; }

    /// <summary>Indices of the segments, the most expensive first.</summary>
    public int[] SegmentsByCost { get; }

    /// <summary>Every row of the batch asks.</summary>
    public static AttentionPlan ForAllRows(IReadOnlyList<PackedSegment> segments, int? window = null)
    {
        var blocks = new List<AttentionBlock>[segments.Count];
        for (var s = 0; s < segments.Count; s++)
        {
            blocks[s] = [];
            foreach (var part in Parts(segments[s]))
            {
                for (var token = 0; token < part.Length; token += BlockRows)
                    blocks[s].Add(Block(segments[s], part, part.Start + token, token, Math.Min(BlockRows, part.Length - token), window));
            }
        }
        return new AttentionPlan(segments, window, blocks);
    }

    /// <summary>Only some rows ask, for a last layer of which nothing else is read: query row i stands for row <paramref name="rows"/>[i] of the batch.</summary>
    /// <exception cref="ArgumentException">A row lies in no segment.</exception>
    public static AttentionPlan ForRows(IReadOnlyList<PackedSegment> segments, IReadOnlyList<int> rows, int? window = null)
    {
        var blocks = segments.Select(_ => new List<AttentionBlock>()).ToArray();
        for (var query = 0; query < rows.Count; query++)
        {
            var row = rows[query];
            var s = Enumerable.Range(0, segments.Count).FirstOrDefault(index => row >= segments[index].Offset && row < segments[index].Offset + segments[index].Length, -1);
            if (s < 0) throw new ArgumentException($"Row {row} lies in no segment of the batch.", nameof(rows));
            var part = Parts(segments[s]).Last(candidate => candidate.Length > 0 && candidate.Start <= row);
            blocks[s].Add(Block(segments[s], part, query, row - part.Start, 1, window));
        }
        return new AttentionPlan(segments, window, blocks);
    }

    private static IEnumerable<Part> Parts(PackedSegment segment)
    {
        yield return new Part(segment.Offset, segment.PrefixLength, 0);
        var start = segment.Offset + segment.PrefixLength;
        foreach (var length in segment.ResponseLengths)
        {
            yield return new Part(start, length, segment.PrefixLength);
            start += length;
        }
    }

    /// <summary>The block of the queries of tokens [token, token + count) of a part.</summary>
    private static AttentionBlock Block(PackedSegment segment, Part part, int query, int token, int count, int? window)
    {
        var position = part.Prefix + token;
        var first = window is { } width ? Math.Max(0, position - width + 1) : 0; // position of the first key that the first query sees
        int prefix = Math.Max(0, part.Prefix - first), own = Math.Max(0, first - part.Prefix);
        return new AttentionBlock(query, count, segment.Offset + first, prefix, part.Start + own, token + count - own, position - first + 1);
    }

    /// <summary>A prefix or a response.</summary>
    /// <param name="Start">Row of its first token in the batch.</param>
    /// <param name="Length">Number of tokens.</param>
    /// <param name="Prefix">Number of tokens before it that it sees: a response sees its prefix.</param>
    private readonly record struct Part(int Start, int Length, int Prefix);
}
