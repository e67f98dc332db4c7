using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Concord.Kernels;

/// <summary>
/// Rounding of floats to bf16, the upper half of a float: to nearest, ties to even, not-a-number staying so.
/// </summary>
public static unsafe class Bf16
{
    private const int RangeLength = 1 << 14;

    /// <summary>Rounds <paramref name="count"/> floats, on all threads.</summary>
    public static void Round(float* source, ushort* target, long count) =>
        ThreadTeam.Ranges(
            (int)((count + RangeLength - 1) / RangeLength),
            1,
            (from, to) =>
            {
                var end = Math.Min(count, (long)to * RangeLength);
                for (var start = (long)from * RangeLength; start < end; start += RangeLength)
                    RoundHere(source + start, target + start, (int)Math.Min(RangeLength, end - start), 1);
            }
        );

    /// <summary>Rounds floats times a factor, on the calling thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundHere(float* source, ushort* target, int count, float scale)
    {
        var i = 0;
        var factor = Vector512.Create(scale);
        for (; i + 32 <= count; i += 32)
            Vector512
                .Narrow(
                    Upper(Vector512.Load(source + i) * factor) >> 16,
                    Upper(Vector512.Load(source + i + 16) * factor) >> 16
                )
                .Store(target + i);
        for (; i < count; i++)
            target[i] = (ushort)(Upper(source[i] * scale) >> 16);
    }

    /// <summary>
    /// Rounds two rows times a factor and interleaves them: element i of the first in the lower half of
    /// <paramref name="target"/>[i], that of the second in the upper half. A null row counts as zeroes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundPairs(float* first, float* second, uint* target, int count, float scale)
    {
        var i = 0;
        var factor = Vector512.Create(scale);
        if (second is not null)
        {
            for (; i + 16 <= count; i += 16)
                ((Upper(Vector512.Load(first + i) * factor) >> 16) | Upper(Vector512.Load(second + i) * factor)).Store(
                    target + i
                );
        }
        for (; i < count; i++)
            target[i] = (Upper(first[i] * scale) >> 16) | (second is null ? 0 : Upper(second[i] * scale));
    }

    /// <summary>The bits of the rounded values, lower halves zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Upper(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = bits + Vector512.Create(0x7fffu) + ((bits >> 16) & Vector512<uint>.One);
        // Adding to the bits of a NaN could carry into its sign: it is made quiet instead.
        return Vector512.ConditionalSelect(
                Vector512.IsNaN(value).AsUInt32(),
                bits | Vector512.Create(0x400000u),
                rounded
            ) & Vector512.Create(0xffff0000u);
    }

    private static uint Upper(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (float.IsNaN(value) ? bits | 0x400000 : bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
    }
}
