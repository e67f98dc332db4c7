using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// Σ f_k · source_k over long buffers, each value read once: the gradient of a batch from those of its sources.
/// </summary>
public static unsafe class WeightedSum
{
    /// <summary>
    /// Floats per task: this much of the target stays in the nearest cache while the sources go over it.
    /// </summary>
    private const int BlockLength = 1 << 12;

    /// <summary>
    /// Sets <paramref name="target"/> (count) to the sum of the rows of <paramref name="sources"/> (K, count) by their
    /// factors.
    /// </summary>
    /// <param name="sources">The rows, end to end.</param>
    /// <param name="factors">One for each row (K); a row whose factor is 0 is not read, whatever is in it.</param>
    /// <param name="target">Where the sum goes; no row.</param>
    /// <param name="count">Floats of a row.</param>
    public static void Run(float* sources, double[] factors, float* target, long count)
    {
        if (LaneWidth.Bits == 512)
            Run<Lanes512>(sources, factors, target, count);
        else if (LaneWidth.Bits == 256)
            Run<Lanes256>(sources, factors, target, count);
        else
            Run<Lanes128>(sources, factors, target, count);
    }

    private static void Run<TLanes>(float* sources, double[] factors, float* target, long count)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ThreadTeam.Ranges(
            (int)((count + BlockLength - 1) / BlockLength),
            1,
            (from, to) =>
            {
                for (var block = from; block < to; block++)
                {
                    var start = (long)block * BlockLength;
                    int length = (int)Math.Min(BlockLength, count - start),
                        whole = length - length % TLanes.Count;
                    NativeMemory.Clear(target + start, (nuint)length * sizeof(float));
                    for (var k = 0; k < factors.Length; k++)
                    {
                        if (factors[k] == 0)
                            continue;
                        var source = sources + k * count + start;
                        Add<TLanes>(source, (float)factors[k], target + start, 0, whole);
                        Add<OneLane>(source, (float)factors[k], target + start, whole, length);
                    }
                }
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TLanes>(float* source, float factor, float* target, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var scale = TLanes.Create(factor);
        for (var i = from; i < to; i += TLanes.Count)
            TLanes.MultiplyAdd(TLanes.Load(source + i), scale, TLanes.Load(target + i)).Store(target + i);
    }
}
