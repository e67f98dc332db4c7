using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>Root mean square normalisation of each row: y = w · x / sqrt(mean(x²) + ε).</summary>
public static unsafe class RmsNorm
{
    /// <summary>
    /// y (T, H) from x (T, H) and w (H); keeps 1 / sqrt(mean(x²) + ε) of each row (T) for the backward pass.
    /// </summary>
    public static void Forward(MatrixView x, float* weight, MatrixView y, float* inverseRoots, float epsilon)
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512>(x, weight, y, inverseRoots, epsilon);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256>(x, weight, y, inverseRoots, epsilon);
        else
            Forward<Lanes128>(x, weight, y, inverseRoots, epsilon);
    }

    /// <summary>
    /// y (T, H) once more from the kept roots: cheaper than keeping it for the backward pass of the product that read
    /// it.
    /// </summary>
    public static void Reapply(MatrixView x, float* weight, float* inverseRoots, MatrixView y)
    {
        if (LaneWidth.Bits == 512)
            Reapply<Lanes512>(x, weight, inverseRoots, y);
        else if (LaneWidth.Bits == 256)
            Reapply<Lanes256>(x, weight, inverseRoots, y);
        else
            Reapply<Lanes128>(x, weight, inverseRoots, y);
    }

    /// <summary>
    /// From the gradient of y (T, H): adds to (or, where not <paramref name="accumulate"/>, sets) the gradient of x (T,
    /// H), and adds to that of w (H) unless it is null.
    /// </summary>
    public static void Backward(
        MatrixView x,
        float* weight,
        float* inverseRoots,
        MatrixView yGradient,
        MatrixView xGradient,
        float* weightGradient,
        bool accumulate = true
    )
    {
        if (LaneWidth.Bits == 512)
            Backward<Lanes512>(x, weight, inverseRoots, yGradient, xGradient, weightGradient, accumulate);
        else if (LaneWidth.Bits == 256)
            Backward<Lanes256>(x, weight, inverseRoots, yGradient, xGradient, weightGradient, accumulate);
        else
            Backward<Lanes128>(x, weight, inverseRoots, yGradient, xGradient, weightGradient, accumulate);
    }

    private static void Forward<TLanes>(MatrixView x, float* weight, MatrixView y, float* inverseRoots, float epsilon)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int columns = x.Columns,
            whole = columns - columns % TLanes.Count;
        ThreadTeam.Ranges(
            x.Rows,
            16,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    var source = x.Row(row);
                    var squares =
                        SumOfSquares<TLanes>(source, 0, whole) + SumOfSquares<OneLane>(source, whole, columns);
                    var root = 1 / MathF.Sqrt(squares / columns + epsilon);
                    inverseRoots[row] = root;
                    Scale<TLanes>(source, weight, root, y.Row(row), 0, whole);
                    Scale<OneLane>(source, weight, root, y.Row(row), whole, columns);
                }
            }
        );
    }

    private static void Reapply<TLanes>(MatrixView x, float* weight, float* inverseRoots, MatrixView y)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int columns = x.Columns,
            whole = columns - columns % TLanes.Count;
        ThreadTeam.Ranges(
            x.Rows,
            16,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    Scale<TLanes>(x.Row(row), weight, inverseRoots[row], y.Row(row), 0, whole);
                    Scale<OneLane>(x.Row(row), weight, inverseRoots[row], y.Row(row), whole, columns);
                }
            }
        );
    }

    private static void Backward<TLanes>(
        MatrixView x,
        float* weight,
        float* inverseRoots,
        MatrixView yGradient,
        MatrixView xGradient,
        float* weightGradient,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int columns = x.Columns,
            whole = columns - columns % TLanes.Count;
        RowBlockSums.Run(
            x.Rows,
            columns,
            weightGradient,
            (from, to, sums) =>
            {
                for (var row = from; row < to; row++)
                {
                    float* source = x.Row(row),
                        gradient = yGradient.Row(row),
                        target = xGradient.Row(row);
                    var root = inverseRoots[row];
                    var dot =
                        GradientDot<TLanes>(source, weight, gradient, root, sums, 0, whole)
                        + GradientDot<OneLane>(source, weight, gradient, root, sums, whole, columns);
                    // d/dx of x·r(x): r·g - x·r³·mean(g·x), with g = dy·w
                    var pull = -root * root * root * dot / columns;
                    InputGradient<TLanes>(source, weight, gradient, root, pull, target, accumulate, 0, whole);
                    InputGradient<OneLane>(source, weight, gradient, root, pull, target, accumulate, whole, columns);
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfSquares<TLanes>(float* x, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var sum = TLanes.Zero;
        for (var i = from; i < to; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            sum = TLanes.MultiplyAdd(value, value, sum);
        }
        return TLanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<TLanes>(float* x, float* weight, float root, float* y, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var scale = TLanes.Create(root);
        for (var i = from; i < to; i += TLanes.Count)
            (TLanes.Load(x + i) * scale * TLanes.Load(weight + i)).Store(y + i);
    }

    /// <summary>Σ x·w·dy of a row; adds x·r·dy to the weight gradient's sums unless they are null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float GradientDot<TLanes>(
        float* x,
        float* weight,
        float* gradient,
        float root,
        float* sums,
        int from,
        int to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var dot = TLanes.Zero;
        var scale = TLanes.Create(root);
        for (var i = from; i < to; i += TLanes.Count)
        {
            var product = TLanes.Load(x + i) * TLanes.Load(gradient + i);
            dot = TLanes.MultiplyAdd(product, TLanes.Load(weight + i), dot);
            if (sums is not null)
                TLanes.MultiplyAdd(product, scale, TLanes.Load(sums + i)).Store(sums + i);
        }
        return TLanes.Sum(dot);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient<TLanes>(
        float* x,
        float* weight,
        float* gradient,
        float root,
        float pull,
        float* target,
        bool accumulate,
        int from,
        int to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes scale = TLanes.Create(root),
            back = TLanes.Create(pull);
        for (var i = from; i < to; i += TLanes.Count)
        {
            var value = TLanes.MultiplyAdd(
                TLanes.Load(x + i),
                back,
                TLanes.Load(gradient + i) * TLanes.Load(weight + i) * scale
            );
            (accumulate ? TLanes.Load(target + i) + value : value).Store(target + i);
        }
    }
}
