using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>The sum of squares of a buffer, the same from run to run and for any number of threads.</summary>
public static unsafe class SquaredNorm
{
    /// <summary>Floats summed in single precision lanes before the sum goes on in double.</summary>
    private const int BlockLength = 1 << 12;

    /// <summary>Σ x² over <paramref name="count"/> floats.</summary>
    public static double Of(float* values, long count) =>
        LaneWidth.Bits == 512 ? Of<Lanes512>(values, count)
        : LaneWidth.Bits == 256 ? Of<Lanes256>(values, count)
        : Of<Lanes128>(values, count);

    private static double Of<TLanes>(float* values, long count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var sums = new double[(count + BlockLength - 1) / BlockLength];
        ThreadTeam.Ranges(
            sums.Length,
            16,
            (from, to) =>
            {
                for (var block = from; block < to; block++)
                {
                    var start = values + (long)block * BlockLength;
                    var length = (int)Math.Min(BlockLength, count - (long)block * BlockLength);
                    var whole = length - length % TLanes.Count;
                    sums[block] = Block<TLanes>(start, 0, whole) + Block<OneLane>(start, whole, length);
                }
            }
        );
        return sums.Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Block<TLanes>(float* values, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes even = TLanes.Zero,
            odd = TLanes.Zero;
        var i = from;
        for (; i + 2 * TLanes.Count <= to; i += 2 * TLanes.Count)
        {
            TLanes first = TLanes.Load(values + i),
                second = TLanes.Load(values + i + TLanes.Count);
            even = TLanes.MultiplyAdd(first, first, even);
            odd = TLanes.MultiplyAdd(second, second, odd);
        }
        for (; i < to; i += TLanes.Count)
        {
            var value = TLanes.Load(values + i);
            even = TLanes.MultiplyAdd(value, value, even);
        }
        return TLanes.Sum(even + odd);
    }
}
