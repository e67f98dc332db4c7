using System.Runtime.InteropServices;

namespace Concord.Tokenization.Bpe;

/// <summary>
/// Ids of words seen before. A fixed number of places, each holding the last word that fell on it: no lock, no growth,
/// nothing to clean.
/// </summary>
/// <remarks>
/// An entry is written whole by one reference store and never changed, so threads that race see the old entry or the
/// new one, both right.
/// </remarks>
internal sealed class WordCache
{
    /// <summary>Longer words are not kept: they rarely come again.</summary>
    public const int LongestWord = 96;

    private const int Bits = 16;

    private readonly Entry?[] entries = new Entry?[1 << Bits];

    private sealed class Entry(string word, int[] ids)
    {
        public readonly string Word = word;
        public readonly int[] Ids = ids;
    }

    /// <summary>The ids of a word, or null; the place it has goes to <see cref="Add"/>.</summary>
    public int[]? Find(ReadOnlySpan<char> word, out int place)
    {
        place = Place(word);
        var entry = Volatile.Read(ref entries[place]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.Ids : null;
    }

    /// <summary>Keeps a word.</summary>
    public void Add(int place, ReadOnlySpan<char> word, ReadOnlySpan<int> ids) =>
        Volatile.Write(ref entries[place], new Entry(word.ToString(), ids.ToArray()));

    private static int Place(ReadOnlySpan<char> word)
    {
        var bytes = MemoryMarshal.AsBytes(word);
        var hash = (ulong)word.Length * 0x9E3779B97F4A7C15;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
        var last = 0UL;
        foreach (var value in bytes)
            last = last << 8 | value;
        return (int)(Mix(hash ^ last) >> 64 - Bits);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xD6E8FEB86659FD93;
        return (value ^ value >> 32) * 0xD6E8FEB86659FD93;
    }
}
