using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>The plainest kernels: adding, filling rows with a bias, and a bias' gradient.</summary>
public static unsafe class Elementwise
{
    /// <summary><c>target += source</c>, on the calling thread.</summary>
    public static void Add(float* source, float* target, int count)
    {
        if (LaneWidth.Bits == 512)
            Add<Lanes512>(source, target, count);
        else if (LaneWidth.Bits == 256)
            Add<Lanes256>(source, target, count);
        else
            Add<Lanes128>(source, target, count);
    }

    /// <summary>
    /// Adds a bias (N) to every row of y (T, N), or puts it there: a product that adds to y then needs no second pass.
    /// </summary>
    public static void BiasRows(float* bias, MatrixView y, bool accumulate) =>
        ThreadTeam.Ranges(
            y.Rows,
            16,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    if (accumulate)
                        Add(bias, y.Row(row), y.Columns);
                    else
                        Buffer.MemoryCopy(
                            bias,
                            y.Row(row),
                            (long)y.Columns * sizeof(float),
                            (long)y.Columns * sizeof(float)
                        );
                }
            }
        );

    /// <summary>Adds the sum over the rows of dy (T, N) to the gradient of a bias (N).</summary>
    public static void BiasGradient(MatrixView yGradient, float* biasGradient) =>
        RowBlockSums.Run(
            yGradient.Rows,
            yGradient.Columns,
            biasGradient,
            (from, to, sums) =>
            {
                for (var row = from; row < to; row++)
                    Add(yGradient.Row(row), sums, yGradient.Columns);
            }
        );

    /// <summary><c>target = factor * source</c>, on the calling thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Scale<TLanes>(float* source, float* target, int count, float factor)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var scale = TLanes.Create(factor);
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            (TLanes.Load(source + i) * scale).Store(target + i);
        for (; i < count; i++)
            target[i] = source[i] * factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TLanes>(float* source, float* target, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            (TLanes.Load(source + i) + TLanes.Load(target + i)).Store(target + i);
        for (; i < count; i++)
            target[i] += source[i];
    }
}
