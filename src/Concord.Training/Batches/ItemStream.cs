using Concord.Foundation;

namespace Concord.Training.Batches;

/// <summary>
/// An endless stream over a list of items: pass after pass, each pass every entry once in an order of its own. What
/// stands at a position is a pure function of (seed, stream, position).
/// </summary>
internal sealed class ItemStream
{
    private readonly int _seed,
        _stream;
    private readonly int[] _items;
    private readonly HashSet<int> _repeated; // items that stand in a pass more than once, by resampling
    private readonly int[] _order;
    private long _pass = -1;

    private ItemStream(int seed, int stream, int[] items)
    {
        (_seed, _stream, _items) = (seed, stream, items);
        _order = new int[items.Length];
        var seen = new HashSet<int>();
        _repeated = [.. items.Where(item => !seen.Add(item))];
    }

    /// <summary>Entries of a pass.</summary>
    public int Length => _items.Length;

    /// <summary>The entries of a pass, in no particular order.</summary>
    public IReadOnlyList<int> Entries => _items;

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
        var pass = position / _items.Length;
        if (pass != _pass)
        {
            for (var i = 0; i < _order.Length; i++)
                _order[i] = i;
            new SplitMix64(_seed, _stream, pass).Shuffle(_order);
            _pass = pass;
        }
        var item = _items[_order[position % _items.Length]];
        return (item, pass == 0 && !_repeated.Contains(item));
    }
}
