using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Concord.Kernels.Lanes;

namespace Concord.Kernels.Products;

/// <summary>
/// The innermost loop of a product: a tile of 12 rows and two registers of columns stays in registers while the depth
/// runs by. Per step it takes two loads of the right panel, and 12 of the left one, for 24 multiply-adds: the loads
/// hide behind them.
/// </summary>
/// <remarks>Sums are local variables, one per register, because the compiler keeps only those in registers.</remarks>
internal static unsafe class MicroKernel
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 12;

    /// <summary>Columns of a tile for a width of registers.</summary>
    public static int Columns<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes> => 2 * TLanes.Count;

    /// <summary>target (12, columns) = or += scale · left (12, depth) · right (depth, columns).</summary>
    /// <param name="depth">Length of the sums.</param>
    /// <param name="left">A left panel, laid out as <typeparamref name="TPanel"/> says.</param>
    /// <param name="right">A right panel: columns of one k side by side, then the next k.</param>
    /// <param name="target">First element of the tile.</param>
    /// <param name="stride">Floats between its rows.</param>
    /// <param name="scale">Factor of the sums.</param>
    /// <param name="accumulate">Whether to add to what is there.</param>
    public static void Run<TLanes, TPanel>(
        int depth,
        float* left,
        float* right,
        float* target,
        int stride,
        float scale,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
        where TPanel : struct, ILeftPanel
    {
        // 24 sums, two right registers and a left one need the 32 registers of AVX-512; with 16, half a tile at a time.
        if (TLanes.Count == 16)
        {
            Run12<TLanes, TPanel>(depth, left, right, target, stride, scale, accumulate);
            return;
        }
        Run6<TLanes, TPanel>(depth, left, right, target, stride, scale, accumulate);
        Run6<TLanes, TPanel>(depth, left + 6 * TPanel.RowStep, right, target + 6L * stride, stride, scale, accumulate);
    }

    /// <summary>Asks for the lines of a tile that will be added to: they arrive while its sums are computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* target, int stride)
    {
        if (!Sse.IsSupported)
            return;
        for (var i = 0; i < Rows; i++, target += stride)
        {
            Sse.Prefetch0(target);
            Sse.Prefetch0(target + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run12<TLanes, TPanel>(
        int depth,
        float* left,
        float* right,
        float* target,
        int stride,
        float scale,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
        where TPanel : struct, ILeftPanel
    {
        TLanes low0 = TLanes.Zero,
            high0 = TLanes.Zero,
            low1 = TLanes.Zero,
            high1 = TLanes.Zero,
            low2 = TLanes.Zero,
            high2 = TLanes.Zero,
            low3 = TLanes.Zero,
            high3 = TLanes.Zero,
            low4 = TLanes.Zero,
            high4 = TLanes.Zero,
            low5 = TLanes.Zero,
            high5 = TLanes.Zero;
        TLanes low6 = TLanes.Zero,
            high6 = TLanes.Zero,
            low7 = TLanes.Zero,
            high7 = TLanes.Zero,
            low8 = TLanes.Zero,
            high8 = TLanes.Zero,
            low9 = TLanes.Zero,
            high9 = TLanes.Zero,
            low10 = TLanes.Zero,
            high10 = TLanes.Zero,
            low11 = TLanes.Zero,
            high11 = TLanes.Zero;
        for (var k = 0; k < depth; k++)
        {
            TLanes low = TLanes.Load(right),
                high = TLanes.Load(right + TLanes.Count);
            Step(left[0], low, high, ref low0, ref high0);
            Step(left[TPanel.RowStep], low, high, ref low1, ref high1);
            Step(left[2 * TPanel.RowStep], low, high, ref low2, ref high2);
            Step(left[3 * TPanel.RowStep], low, high, ref low3, ref high3);
            Step(left[4 * TPanel.RowStep], low, high, ref low4, ref high4);
            Step(left[5 * TPanel.RowStep], low, high, ref low5, ref high5);
            Step(left[6 * TPanel.RowStep], low, high, ref low6, ref high6);
            Step(left[7 * TPanel.RowStep], low, high, ref low7, ref high7);
            Step(left[8 * TPanel.RowStep], low, high, ref low8, ref high8);
            Step(left[9 * TPanel.RowStep], low, high, ref low9, ref high9);
            Step(left[10 * TPanel.RowStep], low, high, ref low10, ref high10);
            Step(left[11 * TPanel.RowStep], low, high, ref low11, ref high11);
            left += TPanel.DepthStep;
            right += 2 * TLanes.Count;
        }
        var factor = TLanes.Create(scale);
        Finish(target, low0, high0, factor, accumulate);
        Finish(target + stride, low1, high1, factor, accumulate);
        Finish(target + 2L * stride, low2, high2, factor, accumulate);
        Finish(target + 3L * stride, low3, high3, factor, accumulate);
        Finish(target + 4L * stride, low4, high4, factor, accumulate);
        Finish(target + 5L * stride, low5, high5, factor, accumulate);
        Finish(target + 6L * stride, low6, high6, factor, accumulate);
        Finish(target + 7L * stride, low7, high7, factor, accumulate);
        Finish(target + 8L * stride, low8, high8, factor, accumulate);
        Finish(target + 9L * stride, low9, high9, factor, accumulate);
        Finish(target + 10L * stride, low10, high10, factor, accumulate);
        Finish(target + 11L * stride, low11, high11, factor, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run6<TLanes, TPanel>(
        int depth,
        float* left,
        float* right,
        float* target,
        int stride,
        float scale,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
        where TPanel : struct, ILeftPanel
    {
        TLanes low0 = TLanes.Zero,
            high0 = TLanes.Zero,
            low1 = TLanes.Zero,
            high1 = TLanes.Zero,
            low2 = TLanes.Zero,
            high2 = TLanes.Zero;
        TLanes low3 = TLanes.Zero,
            high3 = TLanes.Zero,
            low4 = TLanes.Zero,
            high4 = TLanes.Zero,
            low5 = TLanes.Zero,
            high5 = TLanes.Zero;
        for (var k = 0; k < depth; k++)
        {
            TLanes low = TLanes.Load(right),
                high = TLanes.Load(right + TLanes.Count);
            Step(left[0], low, high, ref low0, ref high0);
            Step(left[TPanel.RowStep], low, high, ref low1, ref high1);
            Step(left[2 * TPanel.RowStep], low, high, ref low2, ref high2);
            Step(left[3 * TPanel.RowStep], low, high, ref low3, ref high3);
            Step(left[4 * TPanel.RowStep], low, high, ref low4, ref high4);
            Step(left[5 * TPanel.RowStep], low, high, ref low5, ref high5);
            left += TPanel.DepthStep;
            right += 2 * TLanes.Count;
        }
        var factor = TLanes.Create(scale);
        Finish(target, low0, high0, factor, accumulate);
        Finish(target + stride, low1, high1, factor, accumulate);
        Finish(target + 2L * stride, low2, high2, factor, accumulate);
        Finish(target + 3L * stride, low3, high3, factor, accumulate);
        Finish(target + 4L * stride, low4, high4, factor, accumulate);
        Finish(target + 5L * stride, low5, high5, factor, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLanes>(float left, TLanes low, TLanes high, ref TLanes lowSum, ref TLanes highSum)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var value = TLanes.Create(left);
        lowSum = TLanes.MultiplyAdd(value, low, lowSum);
        highSum = TLanes.MultiplyAdd(value, high, highSum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes>(float* target, TLanes low, TLanes high, TLanes scale, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        low *= scale;
        high *= scale;
        if (accumulate)
        {
            low += TLanes.Load(target);
            high += TLanes.Load(target + TLanes.Count);
        }
        low.Store(target);
        high.Store(target + TLanes.Count);
    }
}
