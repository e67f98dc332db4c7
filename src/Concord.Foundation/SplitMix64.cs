namespace Concord.Foundation;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014): a generator whose stream is a function of its key alone, on every machine,
/// version and thread, where the numbers of <see cref="Random"/> are not promised between versions of the runtime.
/// </summary>
public struct SplitMix64
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong state;

    /// <summary>A stream of its own for each tuple of numbers.</summary>
    /// <param name="key">The numbers, in an order that matters.</param>
    public SplitMix64(params ReadOnlySpan<long> key)
    {
        foreach (var part in key)
            state = Mix(state + (ulong)part + Gamma);
    }

    /// <summary>
    /// The stream of one draw of a resampling: the same on whatever thread and in whatever order it is made.
    /// </summary>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="stream">What is resampled.</param>
    /// <param name="draw">Number of the draw.</param>
    public static SplitMix64 OfDraw(int seed, int stream, int draw)
    {
        var start = Mix(unchecked((ulong)seed + Gamma));
        start = Mix(start ^ unchecked((ulong)stream * Gamma));
        return new SplitMix64 { state = Mix(start ^ unchecked(((ulong)draw + 1) * Gamma)) };
    }

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(state += Gamma);

    /// <summary>
    /// A number in 0 .. bound - 1; the bias of the multiplication, bound / 2^64, is far below notice.
    /// </summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number in [0, 1), of 53 bits.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard Gumbel: -log(-log u), u in (0, 1).</summary>
    public double NextGumbel() => -Math.Log(-Math.Log(((Next() >> 12) + 0.5) * (1.0 / (1UL << 52))));

    /// <summary>Puts a list in an order drawn from the stream (Fisher and Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>
    /// The mixing function: a bijection of 64 bits that changes about half of them for each changed one.
    /// </summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
