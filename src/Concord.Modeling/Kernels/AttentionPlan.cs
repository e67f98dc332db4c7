using Concord.Modeling.Packing;

namespace Concord.Modeling.Kernels;

/// <summary>Which rows of a packed batch see which: made once for a batch, used by every layer.</summary>
internal sealed class AttentionPlan
{
    private AttentionPlan(IReadOnlyList<PackedSegment> segments, IReadOnlyList<List<AttentionPart>> parts)
    {
        Segments = segments;
        PartsOf = [.. parts.Select(list => list.ToArray())];
        PartsByCost = [.. parts.SelectMany(list => list).OrderByDescending(part => part.Cost)];
        SegmentsByCost =
        [
            .. Enumerable.Range(0, segments.Count).OrderByDescending(index => parts[index].Sum(part => part.Cost)),
        ];
    }

    /// <summary>The comparisons of the batch.</summary>
    public IReadOnlyList<PackedSegment> Segments { get; }

    /// <summary>The parts of each segment that ask.</summary>
    public AttentionPart[][] PartsOf { get; }

    /// <summary>All parts that ask, the most expensive first.</summary>
    public AttentionPart[] PartsByCost { get; }

    /// <summary>Indices of the segments, the most expensive first.</summary>
    public int[] SegmentsByCost { get; }

    /// <summary>Every row of the batch asks.</summary>
    /// <param name="segments">The comparisons of the batch.</param>
    /// <param name="window">Number of positions a query looks back, its own included; null for all.</param>
    public static AttentionPlan ForAllRows(IReadOnlyList<PackedSegment> segments, int? window = null) =>
        new(
            segments,
            [
                .. segments.Select(segment =>
                    Stretches(segment)
                        .Where(stretch => stretch.Length > 0)
                        .Select(stretch => Part(segment, stretch, stretch.Start, 0, stretch.Length, window))
                        .ToList()
                ),
            ]
        );

    /// <summary>
    /// Only some rows ask, for a last layer of which nothing else is read: query row i stands for row
    /// <paramref name="rows"/>[i] of the batch.
    /// </summary>
    /// <exception cref="ArgumentException">A row lies in no segment.</exception>
    public static AttentionPlan ForRows(
        IReadOnlyList<PackedSegment> segments,
        IReadOnlyList<int> rows,
        int? window = null
    )
    {
        var parts = segments.Select(_ => new List<AttentionPart>()).ToArray();
        for (var query = 0; query < rows.Count; query++)
        {
            var row = rows[query];
            var s = Enumerable
                .Range(0, segments.Count)
                .FirstOrDefault(
                    index => row >= segments[index].Offset && row < segments[index].Offset + segments[index].Length,
                    -1
                );
            if (s < 0)
                throw new ArgumentException($"Row {row} lies in no segment of the batch.", nameof(rows));
            var stretch = Stretches(segments[s]).Last(candidate => candidate.Length > 0 && candidate.Start <= row);
            parts[s].Add(Part(segments[s], stretch, query, row - stretch.Start, 1, window));
        }
        return new AttentionPlan(segments, parts);
    }

    private static IEnumerable<Stretch> Stretches(PackedSegment segment)
    {
        yield return new Stretch(segment.Offset, segment.PrefixLength, 0);
        var start = segment.Offset + segment.PrefixLength;
        foreach (var length in segment.ResponseLengths)
        {
            yield return new Stretch(start, length, segment.PrefixLength);
            start += length;
        }
    }

    /// <summary>What tokens [token, token + count) of a stretch ask.</summary>
    private static AttentionPart Part(
        PackedSegment segment,
        Stretch stretch,
        int query,
        int token,
        int count,
        int? window
    )
    {
        var position = stretch.Prefix + token;
        // position of the first key that the first query sees
        var first = window is { } width ? Math.Max(0, position - width + 1) : 0;
        int prefix = Math.Max(0, stretch.Prefix - first),
            own = Math.Max(0, first - stretch.Prefix);
        return new AttentionPart(
            query,
            count,
            segment.Offset + first,
            prefix,
            stretch.Start + own,
            token + count - own,
            position - first + 1,
            window ?? int.MaxValue
        );
    }

    /// <summary>A prefix or a response.</summary>
    /// <param name="Start">Row of its first token in the batch.</param>
    /// <param name="Length">Number of tokens.</param>
    /// <param name="Prefix">Number of tokens before it that it sees: a response sees its prefix.</param>
    private readonly record struct Stretch(int Start, int Length, int Prefix);
}
