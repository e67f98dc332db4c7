using System.Numerics;
using System.Text;
using Concord.Foundation;

namespace Concord.Preferences.Simulation;

/// <summary>
/// A random stream of its own for every purpose: xoshiro256** (Blackman and Vigna), seeded by SplitMix64 from a seed
/// and a name. Its numbers are fixed by its definition, where those of <see cref="Random"/> are not promised between
/// versions of the runtime.
/// </summary>
internal sealed class SimulationRandom
{
    private ulong s0,
        s1,
        s2,
        s3;

    /// <summary>
    /// The stream of a seed, a purpose and a number within it; different arguments give unrelated streams.
    /// </summary>
    public SimulationRandom(long seed, string purpose, long number = 0)
    {
        var state = 14695981039346656037UL; // FNV-1a over the purpose
        foreach (var octet in Encoding.UTF8.GetBytes(purpose))
            state = (state ^ octet) * 1099511628211UL;
        state = SplitMix64.Mix(
            state
                + SplitMix64.Mix((ulong)seed + 0x9E3779B97F4A7C15UL)
                + SplitMix64.Mix((ulong)number + 0xD1B54A32D192ED03UL)
        );
        s0 = SplitMix64.Mix(state += 0x9E3779B97F4A7C15UL);
        s1 = SplitMix64.Mix(state += 0x9E3779B97F4A7C15UL);
        s2 = SplitMix64.Mix(state += 0x9E3779B97F4A7C15UL);
        s3 = SplitMix64.Mix(state + 0x9E3779B97F4A7C15UL);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 .. <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(((UInt128)Next() * (ulong)count) >> 64);

    /// <summary>Standard normal (Box and Muller).</summary>
    public double NextGaussian() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Puts a list into random order.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        var shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }
}
