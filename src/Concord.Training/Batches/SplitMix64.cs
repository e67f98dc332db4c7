namespace Concord.Training.Batches;

/// <summary>
/// A small generator whose stream is a function of its key alone, on every machine and version (Steele, Lea and Flood
/// 2014).
/// </summary>
internal struct SplitMix64
{
    private ulong _state;

    /// <summary>A stream of its own for each tuple of numbers.</summary>
    public SplitMix64(params ReadOnlySpan<long> key)
    {
        foreach (var part in key)
            _state = Mix(_state + (ulong)part + 0x9E3779B97F4A7C15);
    }

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number in 0 .. bound - 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Puts a list in an order drawn from the stream.</summary>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
