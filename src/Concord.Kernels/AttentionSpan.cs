namespace Concord.Kernels;

/// <summary>
/// Neighbouring tokens, and the keys that the last of them sees: each token sees one key fewer than the one after it.
/// </summary>
/// <param name="Start">Row of the first token.</param>
/// <param name="Length">Number of tokens.</param>
/// <param name="Keys">
/// The keys the last token sees, its own included, in order of position: rows of the batch itself, or of any other
/// place where keys and values are kept.
/// </param>
public readonly record struct AttentionSpan(int Start, int Length, KeyRun[] Keys)
{
    /// <summary>
    /// A prefix and its branches, end to end: a token of the prefix sees the prefix up to itself, one of a branch the
    /// whole prefix and its branch up to itself. Parts without a token are left out.
    /// </summary>
    /// <param name="offset">Row of the first token.</param>
    /// <param name="prefixLength">Number of tokens that all branches share.</param>
    /// <param name="branchLengths">Number of own tokens of each branch.</param>
    public static AttentionSpan[] OfTree(int offset, int prefixLength, IEnumerable<int> branchLengths)
    {
        var spans = new List<AttentionSpan>();
        var prefix = new KeyRun(offset, prefixLength);
        if (prefixLength > 0)
            spans.Add(new(offset, prefixLength, [prefix]));
        var start = offset + prefixLength;
        foreach (var length in branchLengths)
        {
            if (length > 0)
                spans.Add(new(start, length, prefixLength > 0 ? [prefix, new(start, length)] : [new(start, length)]));
            start += length;
        }
        return [.. spans];
    }

    /// <summary>The part of a plan in which some of the tokens ask.</summary>
    /// <param name="query">Row of the first query in the buffer of queries.</param>
    /// <param name="first">The first token that asks, counted in the span.</param>
    /// <param name="count">How many ask.</param>
    /// <param name="window">Number of keys a token sees at most, its own included; null for all.</param>
    public AttentionPart Part(int query, int first, int count, int? window)
    {
        var seen = Keys.Sum(run => run.Count) - (Length - first - count); // by the last token that asks
        var visible = seen - count + 1; // by the first
        var hidden = window is { } width ? Math.Max(0, visible - width) : 0;
        return new AttentionPart(query, count, Between(Keys, hidden, seen), visible - hidden, window ?? int.MaxValue);
    }

    // keys [from, to) of some runs
    private static KeyRun[] Between(KeyRun[] runs, int from, int to)
    {
        var result = new List<KeyRun>(runs.Length);
        var key = 0;
        foreach (var run in runs)
        {
            int first = Math.Max(from - key, 0),
                end = Math.Min(to - key, run.Count);
            if (first < end)
                result.Add(new(run.Start + first, end - first));
            key += run.Count;
        }
        return [.. result];
    }
}
