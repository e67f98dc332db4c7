using System.Buffers;

namespace Concord.Tokenization.Bpe;

/// <summary>
/// Byte-pair encoding proper: joins the neighbouring pair of lowest rank, of equals the leftmost, until none can be
/// joined.
/// </summary>
internal static class PairMerger
{
    /// <summary>Up to this many symbols a scan of all pairs per merge is faster than a heap.</summary>
    public const int ShortWord = 40;

    /// <summary>
    /// Joins in place and returns how many symbols remain at the front of <paramref name="symbols"/>.
    /// </summary>
    public static int Merge(Span<int> symbols, MergeTable merges) =>
        symbols.Length switch
        {
            < 2 => symbols.Length,
            <= ShortWord => MergeShort(symbols, merges),
            _ => MergeLong(symbols, merges),
        };

    /// <summary>A scan for the best pair, a shift, two look-ups; quadratic, on the stack.</summary>
    internal static int MergeShort(Span<int> symbols, MergeTable merges)
    {
        var count = symbols.Length;
        Span<ulong> pairs = stackalloc ulong[ShortWord];
        for (var i = 0; i + 1 < count; i++)
            pairs[i] = merges.Find(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                if (pairs[i] >> 32 < pairs[best] >> 32)
                    best = i; // by rank alone: pieces of one score share it, and then the leftmost comes first
            if (pairs[best] == MergeTable.None)
                break;
            symbols[best] = (int)(uint)pairs[best];
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            count--;
            if (best + 1 < count)
            {
                pairs[(best + 2)..count].CopyTo(pairs[(best + 1)..]);
                pairs[best] = merges.Find(symbols[best], symbols[best + 1]);
            }
            if (best > 0)
                pairs[best - 1] = merges.Find(symbols[best - 1], symbols[best]);
        }
        return count;
    }

    /// <summary>A heap of pairs and a linked list of symbols: n log n.</summary>
    internal static int MergeLong(Span<int> symbols, MergeTable merges)
    {
        var count = symbols.Length;
        var links = ArrayPool<int>.Shared.Rent(2 * count);
        var next = links.AsSpan(0, count);
        var previous = links.AsSpan(count, count);
        var heap = new PairHeap(count);
        for (var i = 0; i < count; i++)
        {
            next[i] = i + 1 < count ? i + 1 : -1;
            previous[i] = i - 1;
            if (i + 1 < count && merges.Find(symbols[i], symbols[i + 1]) is not MergeTable.None and var merge)
                heap.Append(merge, i);
        }
        heap.Build();
        while (heap.TryPop(out var rank, out var left))
        {
            var right = symbols[left] < 0 ? -1 : next[left];
            if (right < 0)
                continue;
            var merge = merges.Find(symbols[left], symbols[right]);
            if (merge == MergeTable.None || (uint)(merge >> 32) != rank)
                continue; // the pair is no longer the one that was put here
            symbols[left] = (int)(uint)merge;
            symbols[right] = -1;
            var after = next[left] = next[right];
            if (after >= 0)
            {
                previous[after] = left;
                if (merges.Find(symbols[left], symbols[after]) is not MergeTable.None and var following)
                    heap.Push(following, left);
            }
            var before = previous[left];
            if (before >= 0 && merges.Find(symbols[before], symbols[left]) is not MergeTable.None and var preceding)
                heap.Push(preceding, before);
        }
        heap.Dispose();
        var remaining = 0;
        for (var i = 0; i >= 0; i = next[i])
            symbols[remaining++] = symbols[i];
        ArrayPool<int>.Shared.Return(links);
        return remaining;
    }

    /// <summary>A binary heap of (rank, place), lowest rank first, of equals the leftmost place.</summary>
    private ref struct PairHeap(int capacity)
    {
        private ulong[] items = ArrayPool<ulong>.Shared.Rent(Math.Max(16, capacity));
        private int count;

        public void Append(ulong merge, int place) => items[count++] = merge & 0xFFFFFFFF00000000 | (uint)place;

        public readonly void Build()
        {
            for (var i = count / 2 - 1; i >= 0; i--)
                Sink(i);
        }

        public void Push(ulong merge, int place)
        {
            if (count == items.Length)
            {
                var larger = ArrayPool<ulong>.Shared.Rent(2 * count);
                items.AsSpan(0, count).CopyTo(larger);
                ArrayPool<ulong>.Shared.Return(items);
                items = larger;
            }
            var item = merge & 0xFFFFFFFF00000000 | (uint)place;
            var at = count++;
            while (at > 0 && items[(at - 1) / 2] > item)
            {
                items[at] = items[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            items[at] = item;
        }

        public bool TryPop(out uint rank, out int place)
        {
            if (count == 0)
            {
                (rank, place) = (0, 0);
                return false;
            }
            (rank, place) = ((uint)(items[0] >> 32), (int)(uint)items[0]);
            items[0] = items[--count];
            if (count > 1)
                Sink(0);
            return true;
        }

        public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(items);

        private readonly void Sink(int at)
        {
            var item = items[at];
            for (var child = 2 * at + 1; child < count; child = 2 * at + 1)
            {
                if (child + 1 < count && items[child + 1] < items[child])
                    child++;
                if (items[child] >= item)
                    break;
                items[at] = items[child];
                at = child;
            }
            items[at] = item;
        }
    }
}
