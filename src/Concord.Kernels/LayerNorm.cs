using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>Layer normalisation of each row: y = w · (x - mean(x)) / sqrt(var(x) + ε) + b.</summary>
public static unsafe class LayerNorm
{
    /// <summary>
    /// y (T, H) from x (T, H), w (H) and b (H); keeps mean and 1 / sqrt(var + ε) of each row (T each) for the backward
    /// pass.
    /// </summary>
    public static void Forward(
        MatrixView x,
        float* weight,
        float* bias,
        MatrixView y,
        float* means,
        float* inverseRoots,
        float epsilon
    )
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512>(x, weight, bias, y, means, inverseRoots, epsilon);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256>(x, weight, bias, y, means, inverseRoots, epsilon);
        else
            Forward<Lanes128>(x, weight, bias, y, means, inverseRoots, epsilon);
    }

    /// <summary>y (T, H) once more from the kept means and roots.</summary>
    public static void Reapply(
        MatrixView x,
        float* weight,
        float* bias,
        float* means,
        float* inverseRoots,
        MatrixView y
    )
    {
        if (LaneWidth.Bits == 512)
            Reapply<Lanes512>(x, weight, bias, means, inverseRoots, y);
        else if (LaneWidth.Bits == 256)
            Reapply<Lanes256>(x, weight, bias, means, inverseRoots, y);
        else
            Reapply<Lanes128>(x, weight, bias, means, inverseRoots, y);
    }

    /// <summary>
    /// From the gradient of y (T, H): adds to (or, where not <paramref name="accumulate"/>, sets) the gradient of x (T,
    /// H), and adds to those of w and b, which lie in one block (2, H), unless it is null.
    /// </summary>
    public static void Backward(
        MatrixView x,
        float* weight,
        float* means,
        float* inverseRoots,
        MatrixView yGradient,
        MatrixView xGradient,
        float* weightAndBiasGradient,
        bool accumulate = true
    )
    {
        if (LaneWidth.Bits == 512)
            Backward<Lanes512>(x, weight, means, inverseRoots, yGradient, xGradient, weightAndBiasGradient, accumulate);
        else if (LaneWidth.Bits == 256)
            Backward<Lanes256>(x, weight, means, inverseRoots, yGradient, xGradient, weightAndBiasGradient, accumulate);
        else
            Backward<Lanes128>(x, weight, means, inverseRoots, yGradient, xGradient, weightAndBiasGradient, accumulate);
    }

    private static void Forward<TLanes>(
        MatrixView x,
        float* weight,
        float* bias,
        MatrixView y,
        float* means,
        float* inverseRoots,
        float epsilon
    )
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
                    float* source = x.Row(row),
                        target = y.Row(row);
                    var mean = (Sum<TLanes>(source, 0, whole) + Sum<OneLane>(source, whole, columns)) / columns;
                    // The mean is taken off before squaring: the difference of two large sums would lose the variance
                    // of a row far from zero.
                    var squares =
                        SumOfSquares<TLanes>(source, mean, 0, whole)
                        + SumOfSquares<OneLane>(source, mean, whole, columns);
                    var root = 1 / MathF.Sqrt(squares / columns + epsilon);
                    (means[row], inverseRoots[row]) = (mean, root);
                    Apply<TLanes>(source, weight, bias, mean, root, target, 0, whole);
                    Apply<OneLane>(source, weight, bias, mean, root, target, whole, columns);
                }
            }
        );
    }

    private static void Reapply<TLanes>(
        MatrixView x,
        float* weight,
        float* bias,
        float* means,
        float* inverseRoots,
        MatrixView y
    )
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
                    Apply<TLanes>(x.Row(row), weight, bias, means[row], inverseRoots[row], y.Row(row), 0, whole);
                    Apply<OneLane>(x.Row(row), weight, bias, means[row], inverseRoots[row], y.Row(row), whole, columns);
                }
            }
        );
    }

    private static void Backward<TLanes>(
        MatrixView x,
        float* weight,
        float* means,
        float* inverseRoots,
        MatrixView yGradient,
        MatrixView xGradient,
        float* weightAndBiasGradient,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int columns = x.Columns,
            whole = columns - columns % TLanes.Count;
        RowBlockSums.Run(
            x.Rows,
            2 * columns,
            weightAndBiasGradient,
            (from, to, sums) =>
            {
                var biasSums = sums is null ? null : sums + columns;
                for (var row = from; row < to; row++)
                {
                    float* source = x.Row(row),
                        gradient = yGradient.Row(row),
                        target = xGradient.Row(row);
                    float mean = means[row],
                        root = inverseRoots[row],
                        sum = 0,
                        dot = 0;
                    Dots<TLanes>(source, weight, gradient, mean, root, sums, biasSums, 0, whole, ref sum, ref dot);
                    Dots<OneLane>(
                        source,
                        weight,
                        gradient,
                        mean,
                        root,
                        sums,
                        biasSums,
                        whole,
                        columns,
                        ref sum,
                        ref dot
                    );
                    // r · (g - mean(g) - n · mean(g·n)), with g = dy·w and n the normalised row
                    InputGradient<TLanes>(
                        source,
                        weight,
                        gradient,
                        mean,
                        root,
                        sum / columns,
                        dot / columns,
                        target,
                        accumulate,
                        0,
                        whole
                    );
                    InputGradient<OneLane>(
                        source,
                        weight,
                        gradient,
                        mean,
                        root,
                        sum / columns,
                        dot / columns,
                        target,
                        accumulate,
                        whole,
                        columns
                    );
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TLanes>(float* x, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var sum = TLanes.Zero;
        for (var i = from; i < to; i += TLanes.Count)
            sum += TLanes.Load(x + i);
        return TLanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfSquares<TLanes>(float* x, float mean, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes sum = TLanes.Zero,
            centre = TLanes.Create(mean);
        for (var i = from; i < to; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i) - centre;
            sum = TLanes.MultiplyAdd(value, value, sum);
        }
        return TLanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TLanes>(
        float* x,
        float* weight,
        float* bias,
        float mean,
        float root,
        float* y,
        int from,
        int to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes centre = TLanes.Create(mean),
            scale = TLanes.Create(root);
        for (var i = from; i < to; i += TLanes.Count)
            TLanes
                .MultiplyAdd((TLanes.Load(x + i) - centre) * scale, TLanes.Load(weight + i), TLanes.Load(bias + i))
                .Store(y + i);
    }

    /// <summary>
    /// Adds Σ g and Σ g·n of a row, and dy·n and dy to the sums of the weight's and the bias' gradients unless they are
    /// null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots<TLanes>(
        float* x,
        float* weight,
        float* gradient,
        float mean,
        float root,
        float* weightSums,
        float* biasSums,
        int from,
        int to,
        ref float sum,
        ref float dot
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes centre = TLanes.Create(mean),
            scale = TLanes.Create(root),
            sums = TLanes.Zero,
            dots = TLanes.Zero;
        for (var i = from; i < to; i += TLanes.Count)
        {
            var dy = TLanes.Load(gradient + i);
            var g = dy * TLanes.Load(weight + i);
            var n = (TLanes.Load(x + i) - centre) * scale;
            sums += g;
            dots = TLanes.MultiplyAdd(g, n, dots);
            if (weightSums is null)
                continue;
            TLanes.MultiplyAdd(dy, n, TLanes.Load(weightSums + i)).Store(weightSums + i);
            (TLanes.Load(biasSums + i) + dy).Store(biasSums + i);
        }
        sum += TLanes.Sum(sums);
        dot += TLanes.Sum(dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient<TLanes>(
        float* x,
        float* weight,
        float* gradient,
        float mean,
        float root,
        float meanGradient,
        float meanDot,
        float* target,
        bool accumulate,
        int from,
        int to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes centre = TLanes.Create(mean),
            scale = TLanes.Create(root),
            shift = TLanes.Create(meanGradient),
            slope = TLanes.Create(meanDot);
        for (var i = from; i < to; i += TLanes.Count)
        {
            var n = (TLanes.Load(x + i) - centre) * scale;
            var value = scale * (TLanes.Load(gradient + i) * TLanes.Load(weight + i) - shift - n * slope);
            (accumulate ? TLanes.Load(target + i) + value : value).Store(target + i);
        }
    }
}
