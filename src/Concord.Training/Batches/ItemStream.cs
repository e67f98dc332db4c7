using Concord.Foundation;

namespace Concord.Training.Batches;

/// <summary>
/// An endless stream over a list of items: pass after pass, each pass every entry once in an order of its own. What
/// stands at a position is a pure function of (seed, stream, position).
/// </summary>
internal sealed class ItemStream
{
    private readonly int seed,
        stream;
    private readonly int[] items;
    private readonly HashSet<int> repeated; // items that stand in a pass more than once, by resampling
    private readonly int[] order;
    private long pass = -1;

    private ItemStream(int seed, int stream, int[] items)
    {
        this.seed = seed;
        this.stream = stream;
        this.items = items;
        order = new int[items.Length];
        var seen = new HashSet<int>();
        repeated = [.. items.Where(item => !seen.Add(item))];
    }

    /// <summary>Entries of a pass.</summary>
    public int Length => items.Length;

    /// <summary>The entries of a pass, in no particular order.</summary>
    public IReadOnlyList<int> Entries => items;

    /// <summary>A stream over all entries given.</summary>
    public static ItemStream Over(int seed, int stream, int[] entries) => new(seed, stream, entries);

    /// <summary>A stream over chosen items.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">A number of its own for each stream of a run.</param>
    /// <param name="items">The items, at least one.</param>
    /// <param name="limit">Most items that are used, chosen by the seed; null for all.</param>
    /// <param name="resample">Entries of a pass: fewer are chosen, more are all and random repeats; null for each item
    /// once.</param>
    public static ItemStream Create(int seed, int stream, int[] items, int? limit, int? resample)
    {
        var random = new SplitMix64(seed, stream, -1);
        var kept = Math.Min(Math.Min(limit ?? items.Length, items.Length), resample ?? items.Length);
        var chosen = (int[])items.Clone();
        if (kept < items.Length)
            random.Shuffle(chosen);
        var entries = new int[resample is { } length ? Math.Max(length, kept) : kept];
        chosen.AsSpan(0, kept).CopyTo(entries);
        for (var i = kept; i < entries.Length; i++)
            entries[i] = chosen[random.Below(kept)];
        return new(seed, stream, entries);
    }

    /// <summary>The item at a position, and whether it surely stands at no earlier one.</summary>
    public (int Item, bool Fresh) At(long position)
    {
        var wanted = position / items.Length;
        if (wanted != pass)
        {
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            new SplitMix64(seed, stream, wanted).Shuffle(order);
            pass = wanted;
        }
        var item = items[order[position % items.Length]];
        return (item, pass == 0 && !repeated.Contains(item));
    }
}
