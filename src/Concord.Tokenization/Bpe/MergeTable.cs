using System.Numerics;
using System.Runtime.CompilerServices;

namespace Concord.Tokenization.Bpe;

/// <summary>
/// Which pairs of neighbouring ids may be joined: for each its rank (lower first) and the id it becomes.
/// </summary>
/// <remarks>
/// Open addressing in one array; half of it stays empty, so a look-up that finds nothing, the usual one, ends within
/// the first cache line or two.
/// </remarks>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> gives for a pair that is not joined: larger than every rank.</summary>
    public const ulong None = ulong.MaxValue;

    private readonly Entry[] entries;
    private readonly int shift;

    private struct Entry
    {
        public ulong Pair; // left id in the high half, right id in the low one
        public ulong Merge; // rank in the high half, the new id in the low one; None marks an empty place
    }

    /// <summary>Makes the table.</summary>
    /// <param name="merges">Pairs with their rank and new id; of equal pairs the last counts.</param>
    public MergeTable(IReadOnlyCollection<(int Left, int Right, int Rank, int Id)> merges)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, merges.Count * 2));
        shift = 64 - BitOperations.Log2(size);
        entries = new Entry[size];
        Array.Fill(entries, new Entry { Merge = None });
        foreach (var (left, right, rank, id) in merges)
        {
            var pair = Key(left, right);
            var place = Place(pair);
            while (entries[place].Merge != None && entries[place].Pair != pair)
                place = place + 1 & entries.Length - 1;
            entries[place] = new Entry { Pair = pair, Merge = (ulong)(uint)rank << 32 | (uint)id };
        }
    }

    /// <summary>
    /// Rank (high half) and new id (low half) of a pair, or <see cref="None"/>. Of two merges the lower number is done
    /// first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Find(int left, int right)
    {
        var pair = Key(left, right);
        for (var place = Place(pair); ; place = place + 1 & entries.Length - 1)
        {
            ref readonly var entry = ref entries[place];
            if (entry.Merge == None || entry.Pair == pair)
                return entry.Merge;
        }
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Place(ulong pair) => (int)(pair * 0x9E3779B97F4A7C15 >> shift);
}
