using Concord.Tokenization.Comparisons;

namespace Concord.Training.Batches;

/// <summary>
/// Cuts a batch into micro-batches that each keep every source's share, to within one comparison, and none of which has
/// more tokens than the budget. A pure function of the batch: which comparisons a step takes, and their gradient but
/// for rounding, do not depend on it.
/// </summary>
/// <remarks>
/// Long and short comparisons are dealt out so that all micro-batches have about as many tokens. They are not gathered
/// by length, as padded batches need it: nothing is padded here. A comparison that alone exceeds the budget is a
/// micro-batch of its own, and leaves the others as they were.
/// </remarks>
public static class MicroBatches
{
    /// <summary>Deals the comparisons of a batch out.</summary>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sources">Source of each.</param>
    /// <param name="settings">Size of a micro-batch and token budget.</param>
    /// <returns>
    /// Indices into the batch, by micro-batch. Where all fit the token budget the m-th of n micro-batches gets each
    /// source's comparisons m, m + n, ..; else tokens are evened out too.
    /// </returns>
    public static int[][] Split(
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sources,
        BatchSettings settings
    )
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(settings);
        var count =
            (comparisons.Count + (settings.MicroBatch ?? comparisons.Count) - 1)
            / (settings.MicroBatch ?? comparisons.Count);
        var budget = settings.TokenBudget;
        long Tokens(IEnumerable<int> part) => part.Sum(index => (long)comparisons[index].PackedLength);
        int[] all = [.. Enumerable.Range(0, comparisons.Count)];
        int[] fitting = [.. all.Where(index => comparisons[index].PackedLength <= budget)];
        int[][] apart = [.. all.Except(fitting).Select(index => new[] { index })];
        if (fitting.Length == 0)
            return apart;
        var even = Deal(count, comparisons, sources, fitting, byLength: false);
        if (even.All(part => Tokens(part) <= budget))
            return [.. even, .. apart];
        for (count = Math.Max(count, (int)((Tokens(fitting) + budget - 1) / budget)); ; count++)
        {
            var micro = Deal(count, comparisons, sources, fitting, byLength: true);
            if (micro.All(part => Tokens(part) <= budget))
                return [.. micro, .. apart]; // at the latest where each has one
        }
    }

    /// <summary>
    /// As <see cref="Split"/>, but every micro-batch of one source, and those of a source one after the other, in the
    /// order of the sources.
    /// </summary>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sources">Source of each.</param>
    /// <param name="settings">Size of a micro-batch and token budget.</param>
    public static int[][] SplitBySource(
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sources,
        BatchSettings settings
    )
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        ArgumentNullException.ThrowIfNull(sources);
        return
        [
            .. Enumerable
                .Range(0, comparisons.Count)
                .GroupBy(index => sources[index])
                .OrderBy(group => group.Key)
                .SelectMany(group =>
                {
                    int[] own = [.. group];
                    return Split(
                            [.. own.Select(index => comparisons[index])],
                            [.. own.Select(index => sources[index])],
                            settings
                        )
                        .Select(part => part.Select(at => own[at]).ToArray());
                }),
        ];
    }

    private static int[][] Deal(
        int count,
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sources,
        int[] indices,
        bool byLength
    )
    {
        count = Math.Min(count, indices.Length);
        var parts = Enumerable.Range(0, count).Select(_ => new List<int>()).ToArray();
        var (tokens, dealt) = (new long[count], 0);
        foreach (var group in indices.GroupBy(index => sources[index]).OrderBy(group => group.Key))
        {
            if (byLength)
            {
                // one to each part in a round, the longest to the part with the fewest tokens
                foreach (var round in group.OrderByDescending(index => comparisons[index].PackedLength).Chunk(count))
                foreach (
                    var (index, part) in round.Zip(Enumerable.Range(0, count).OrderBy(part => tokens[part]).ToArray())
                )
                {
                    parts[part].Add(index);
                    tokens[part] += comparisons[index].PackedLength;
                }
            }
            else
            {
                foreach (var index in group)
                    parts[dealt++ % count].Add(index);
            }
        }
        return [.. parts.Where(part => part.Count > 0).Select(part => part.ToArray())];
    }
}
