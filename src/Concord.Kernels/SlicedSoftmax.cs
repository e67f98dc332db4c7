using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// Softmax over a vocabulary whose scores come slice by slice and are never all there: running log-sum-exps in the
/// forward pass, and the gradient of a slice's scores in the backward pass.
/// </summary>
public static unsafe class SlicedSoftmax
{
    /// <summary>Floats that are summed in single precision before they go to a sum in double.</summary>
    private const int Stretch = 256;

    /// <summary>Takes a slice of scores into the running sums of its rows.</summary>
    /// <param name="scores">(N, columns of the slice).</param>
    /// <param name="largest">The largest score of each row so far (N); -∞ at first.</param>
    /// <param name="sums">Σ e^(score - largest) of each row so far (N); 0 at first.</param>
    /// <param name="firstRow">Where the first row stands in the two.</param>
    public static void Add(MatrixView scores, float[] largest, double[] sums, int firstRow)
    {
        if (LaneWidth.Bits == 512)
            Add<Lanes512>(scores, largest, sums, firstRow);
        else if (LaneWidth.Bits == 256)
            Add<Lanes256>(scores, largest, sums, firstRow);
        else
            Add<Lanes128>(scores, largest, sums, firstRow);
    }

    /// <summary>Replaces scores by -weight · softmax.</summary>
    /// <param name="scores">(N, columns of the slice).</param>
    /// <param name="logSums">The log of each row's denominator.</param>
    /// <param name="weights">A weight for each row.</param>
    /// <param name="firstRow">Where the slice's first row stands in the two.</param>
    public static void Gradient(MatrixView scores, double[] logSums, double[] weights, int firstRow)
    {
        if (LaneWidth.Bits == 512)
            Gradient<Lanes512>(scores, logSums, weights, firstRow);
        else if (LaneWidth.Bits == 256)
            Gradient<Lanes256>(scores, logSums, weights, firstRow);
        else
            Gradient<Lanes128>(scores, logSums, weights, firstRow);
    }

    private static void Add<TLanes>(MatrixView scores, float[] largest, double[] sums, int firstRow)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ThreadTeam.Ranges(
            scores.Rows,
            8,
            (from, to) =>
            {
                var whole = scores.Columns - scores.Columns % TLanes.Count;
                for (var row = from; row < to; row++)
                {
                    var data = scores.Row(row);
                    var before = largest[firstRow + row];
                    var most = Largest<OneLane>(data, whole, scores.Columns, Largest<TLanes>(data, 0, whole, before));
                    var sum = before == most ? sums[firstRow + row] : sums[firstRow + row] * Math.Exp(before - most);
                    for (var start = 0; start < whole; start += Stretch)
                        sum += Exponentials<TLanes>(data, start, Math.Min(start + Stretch, whole), most);
                    sum += Exponentials<OneLane>(data, whole, scores.Columns, most);
                    (largest[firstRow + row], sums[firstRow + row]) = (most, sum);
                }
            }
        );

    private static void Gradient<TLanes>(MatrixView scores, double[] logSums, double[] weights, int firstRow)
        where TLanes : unmanaged, ILanes<TLanes> =>
        ThreadTeam.Ranges(
            scores.Rows,
            8,
            (from, to) =>
            {
                var whole = scores.Columns - scores.Columns % TLanes.Count;
                for (var row = from; row < to; row++)
                {
                    float logSum = (float)logSums[firstRow + row],
                        factor = -(float)weights[firstRow + row];
                    Weigh<TLanes>(scores.Row(row), 0, whole, logSum, factor);
                    Weigh<OneLane>(scores.Row(row), whole, scores.Columns, logSum, factor);
                }
            }
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest<TLanes>(float* scores, int from, int to, float before)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var most = TLanes.Create(before);
        for (var i = from; i < to; i += TLanes.Count)
            most = TLanes.Max(TLanes.Load(scores + i), most);
        return TLanes.MaxOf(most);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials<TLanes>(float* scores, int from, int to, float most)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes sum = TLanes.Zero,
            shift = TLanes.Create(most);
        for (var i = from; i < to; i += TLanes.Count)
            sum += LaneMath.Exp(TLanes.Load(scores + i) - shift);
        return TLanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh<TLanes>(float* scores, int from, int to, float logSum, float factor)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes shift = TLanes.Create(logSum),
            scale = TLanes.Create(factor);
        for (var i = from; i < to; i += TLanes.Count)
            (LaneMath.Exp(TLanes.Load(scores + i) - shift) * scale).Store(scores + i);
    }
}
