namespace Concord.Kernels;

/// <summary>Which queries see which keys: made once for a batch, used by every layer.</summary>
public sealed class AttentionPlan
{
    private AttentionPlan(AttentionGroup[] groups)
    {
        Groups = groups;
        PartsByCost = [.. groups.SelectMany(group => group.Parts).OrderByDescending(part => part.Cost)];
        GroupsByCost = [.. groups.OrderByDescending(group => group.Cost)];
    }

    /// <summary>The groups; the queries of each follow those of the one before it.</summary>
    public IReadOnlyList<AttentionGroup> Groups { get; }

    /// <summary>All parts, the most expensive first.</summary>
    public AttentionPart[] PartsByCost { get; }

    /// <summary>The groups, the most expensive first.</summary>
    public AttentionGroup[] GroupsByCost { get; }

    /// <summary>Every token asks.</summary>
    /// <param name="groups">Spans that share keys with each other and not with those of other groups, in the order of
    /// their tokens.</param>
    /// <param name="window">Number of keys a query sees at most, its own included; null for all.</param>
    public static AttentionPlan ForAllRows(IReadOnlyList<AttentionSpan[]> groups, int? window = null) =>
        new([
            .. groups.Select(spans => new AttentionGroup(
                Keys(spans),
                [.. spans.Select(span => span.Part(span.Start, 0, span.Length, window))]
            )),
        ]);

    /// <summary>
    /// Only some tokens ask, for a last layer of which nothing else is read: query row i stands for the token in row
    /// <paramref name="rows"/>[i].
    /// </summary>
    /// <param name="groups">As in <see cref="ForAllRows"/>.</param>
    /// <param name="rows">The tokens; those of a group stand together, the groups in their order.</param>
    /// <param name="window">As in <see cref="ForAllRows"/>.</param>
    /// <exception cref="ArgumentException">A row lies in no group, or in one before its neighbour's.</exception>
    public static AttentionPlan ForRows(
        IReadOnlyList<AttentionSpan[]> groups,
        IReadOnlyList<int> rows,
        int? window = null
    )
    {
        var planned = new AttentionGroup[groups.Count];
        var query = 0;
        for (var g = 0; g < groups.Count; g++)
        {
            var parts = new List<AttentionPart>();
            while (query < rows.Count && Holder(groups[g], rows[query]) is { } span)
            {
                var (first, count) = (rows[query] - span.Start, 1);
                while (
                    query + count < rows.Count
                    && rows[query + count] == rows[query] + count
                    && first + count < span.Length
                )
                    count++;
                parts.Add(span.Part(query, first, count, window));
                query += count;
            }
            planned[g] = new AttentionGroup(Keys(groups[g]), [.. parts]);
        }
        return query == rows.Count
            ? new AttentionPlan(planned)
            : throw new ArgumentException($"Row {rows[query]} lies in no group that is left.", nameof(rows));
    }

    private static AttentionSpan? Holder(AttentionSpan[] spans, int row)
    {
        foreach (var span in spans)
            if (row >= span.Start && row < span.Start + span.Length)
                return span;
        return null;
    }

    // the runs of all spans, each row once: those that touch or overlap are one
    private static KeyRun[] Keys(AttentionSpan[] spans)
    {
        var joined = new List<KeyRun>();
        foreach (var run in spans.SelectMany(span => span.Keys).OrderBy(run => run.Start))
        {
            if (joined.Count > 0 && joined[^1] is var last && run.Start <= last.Start + last.Count)
                joined[^1] = new(last.Start, Math.Max(last.Count, run.Start + run.Count - last.Start));
            else
                joined.Add(run);
        }
        return [.. joined];
    }
}
