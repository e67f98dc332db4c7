using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// The inner products of each two of a few long buffers, all from one pass over them, the same from run to run and for
/// any number of threads.
/// </summary>
public static unsafe class InnerProducts
{
    /// <summary>
    /// Floats summed in single precision lanes before the sum goes on in double; so much of every row stays in the
    /// nearest cache while the rows meet.
    /// </summary>
    private const int BlockLength = 1 << 11;

    /// <summary>⟨row_i, row_j⟩, (K, K) row by row.</summary>
    /// <param name="rows">The rows, end to end.</param>
    /// <param name="count">K.</param>
    /// <param name="length">Floats of a row.</param>
    public static double[] Of(float* rows, int count, long length) =>
        LaneWidth.Bits == 512 ? Of<Lanes512>(rows, count, length)
        : LaneWidth.Bits == 256 ? Of<Lanes256>(rows, count, length)
        : Of<Lanes128>(rows, count, length);

    private static double[] Of<TLanes>(float* rows, int count, long length)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var blocks = (int)((length + BlockLength - 1) / BlockLength);
        var pairs = count * (count + 1) / 2;
        var sums = new double[(long)blocks * pairs];
        ThreadTeam.Ranges(
            blocks,
            16,
            (from, to) =>
            {
                for (var block = from; block < to; block++)
                {
                    var start = (long)block * BlockLength;
                    int some = (int)Math.Min(BlockLength, length - start),
                        whole = some - some % TLanes.Count;
                    var at = (long)block * pairs;
                    for (var i = 0; i < count; i++)
                    for (var j = 0; j <= i; j++)
                    {
                        float* one = rows + i * length + start,
                            other = rows + j * length + start;
                        sums[at++] = Block<TLanes>(one, other, 0, whole) + Block<OneLane>(one, other, whole, some);
                    }
                }
            }
        );
        var products = new double[count * count];
        for (int i = 0, pair = 0; i < count; i++)
        for (var j = 0; j <= i; j++, pair++)
        {
            var sum = 0.0;
            for (var block = 0; block < blocks; block++)
                sum += sums[(long)block * pairs + pair];
            products[i * count + j] = products[j * count + i] = sum;
        }
        return products;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Block<TLanes>(float* one, float* other, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes even = TLanes.Zero,
            odd = TLanes.Zero;
        var i = from;
        for (; i + 2 * TLanes.Count <= to; i += 2 * TLanes.Count)
        {
            even = TLanes.MultiplyAdd(TLanes.Load(one + i), TLanes.Load(other + i), even);
            odd = TLanes.MultiplyAdd(TLanes.Load(one + i + TLanes.Count), TLanes.Load(other + i + TLanes.Count), odd);
        }
        for (; i < to; i += TLanes.Count)
            even = TLanes.MultiplyAdd(TLanes.Load(one + i), TLanes.Load(other + i), even);
        return TLanes.Sum(even + odd);
    }
}
