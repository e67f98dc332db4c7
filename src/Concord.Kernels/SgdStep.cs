using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// One step of plain gradient descent over parameters and gradients that lie in flat buffers: one pass, each value read
/// once.
/// </summary>
public static unsafe class SgdStep
{
    /// <summary>Floats per task: enough to make the call cheap, few enough to share the work evenly.</summary>
    private const int BlockLength = 1 << 15;

    /// <summary>p = shrink p - rate g; leaves zeroes in the gradients.</summary>
    /// <param name="parameters">p (count).</param>
    /// <param name="gradients">g (count).</param>
    /// <param name="count">Number of parameters.</param>
    /// <param name="rate">The learning rate times what gradients are scaled by.</param>
    /// <param name="shrink">1 less the learning rate times the decoupled weight decay.</param>
    public static void Run(float* parameters, float* gradients, long count, double rate, double shrink)
    {
        if (LaneWidth.Bits == 512)
            Run<Lanes512>(parameters, gradients, count, (float)-rate, (float)shrink);
        else if (LaneWidth.Bits == 256)
            Run<Lanes256>(parameters, gradients, count, (float)-rate, (float)shrink);
        else
            Run<Lanes128>(parameters, gradients, count, (float)-rate, (float)shrink);
    }

    private static void Run<TLanes>(float* parameters, float* gradients, long count, float factor, float shrink)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ThreadTeam.Ranges(
            (int)((count + BlockLength - 1) / BlockLength),
            1,
            (from, to) =>
            {
                long start = (long)from * BlockLength,
                    end = Math.Min(count, (long)to * BlockLength),
                    whole = start + (end - start) / TLanes.Count * TLanes.Count;
                Update<TLanes>(parameters, gradients, factor, shrink, start, whole);
                Update<OneLane>(parameters, gradients, factor, shrink, whole, end);
                NativeMemory.Clear(gradients + start, (nuint)(end - start) * sizeof(float));
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<TLanes>(
        float* parameters,
        float* gradients,
        float factor,
        float shrink,
        long from,
        long to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes factors = TLanes.Create(factor),
            shrinks = TLanes.Create(shrink);
        for (var i = from; i < to; i += TLanes.Count)
            TLanes
                .MultiplyAdd(TLanes.Load(gradients + i), factors, TLanes.Load(parameters + i) * shrinks)
                .Store(parameters + i);
    }
}
