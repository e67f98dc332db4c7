namespace Concord.Tokenization.Bpe;

/// <summary>A growing array of ids that is used again and again by one thread.</summary>
internal sealed class IdBuffer
{
    private int[] ids = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Span => ids.AsSpan(0, Count);

    /// <summary>The ids, to be changed in place.</summary>
    public Span<int> Writable => ids.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int id)
    {
        if (Count == ids.Length)
            Array.Resize(ref ids, ids.Length * 2);
        ids[Count++] = id;
    }

    public void AddRange(ReadOnlySpan<int> more)
    {
        if (Count + more.Length > ids.Length)
            Array.Resize(ref ids, Math.Max(ids.Length * 2, Count + more.Length));
        more.CopyTo(ids.AsSpan(Count));
        Count += more.Length;
    }
}
