namespace Concord.Calibration;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014), started anew for every (seed, stream, draw): a draw is the same on whatever
/// thread and in whatever order it is made.
/// </summary>
internal struct CounterRandom
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong state;

    public CounterRandom(int seed, int stream, int draw)
    {
        state = Mix(unchecked((ulong)seed + Gamma));
        state = Mix(state ^ unchecked((ulong)stream * Gamma));
        state = Mix(state ^ unchecked(((ulong)draw + 1) * Gamma));
    }

    public ulong Next() => Mix(state += Gamma);

    /// <summary>In [0, 1), 53 bits.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>
    /// In 0 .. count - 1; the bias of the multiplication, count / 2^64, is far below anything a resample can show.
    /// </summary>
    public int NextIndex(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>Standard Gumbel: -log(-log u), u in (0, 1).</summary>
    public double NextGumbel() => -Math.Log(-Math.Log(((Next() >> 12) + 0.5) * (1.0 / (1UL << 52))));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
