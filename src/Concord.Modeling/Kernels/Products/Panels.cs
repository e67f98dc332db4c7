using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Concord.Modeling.Kernels.Lanes;

namespace Concord.Modeling.Kernels.Products;

/// <summary>Copies parts of a product's factors into panels that the micro-kernel reads from end to end. What lies outside a factor becomes zeroes.</summary>
internal static unsafe class Panels
{
    private const int Rows = MicroKernel.Rows;
    private const int PrefetchRows = 8;
    private const int TransposeDepth = 64;

    /// <summary>Twelve rows of a left factor (M, K) from row <paramref name="row"/>, <paramref name="depth"/> columns from <paramref name="k"/>, as a <see cref="RowPanel"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyLeft(MatrixView left, int row, int k, int depth, float* panel)
    {
        var rows = Math.Min(Rows, left.Rows - row);
        for (var i = 0; i < rows; i++) Unsafe.CopyBlock(panel + i * RowPanel.RowStep, left.Row(row + i) + k, (uint)depth * sizeof(float));
        for (var i = rows; i < Rows; i++) NativeMemory.Clear(panel + i * RowPanel.RowStep, (nuint)depth * sizeof(float));
    }

    /// <summary>Some panels of twelve columns of a left factor given transposed (K, M), as <see cref="ColumnPanel"/>s one after the other: columns from <paramref name="column"/>, rows from <paramref name="k"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyLeftTransposed(MatrixView left, int column, int panels, int k, int depth, float* target)
    {
        for (var j = 0; j < depth; j++)
        {
            var source = left.Row(k + j) + column;
            var ahead = j + PrefetchRows < depth ? PrefetchRows * left.Stride : 0;
            for (var panel = 0; panel < panels; panel++, source += Rows)
            {
                if (Sse.IsSupported) Sse.Prefetch0(source + ahead);
                var line = target + ((long)panel * depth + j) * Rows;
                var columns = left.Columns - column - panel * Rows;
                if (columns >= Rows)
                {
                    var (first, last) = (Vector256.Load(source), Vector128.Load(source + 8));
                    first.Store(line);
                    last.Store(line + 8);
                    continue;
                }
                for (var i = 0; i < Rows; i++) line[i] = i < columns ? source[i] : 0;
            }
        }
    }

    /// <summary>Some panels of a right factor (K, N), each as wide as two registers: columns from <paramref name="column"/>, rows from <paramref name="k"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRight<TLanes>(MatrixView right, int column, int panels, int k, int depth, float* target)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var width = MicroKernel.Columns<TLanes>();
        for (var j = 0; j < depth; j++)
        {
            var source = right.Row(k + j) + column;
            for (var panel = 0; panel < panels; panel++, source += width)
            {
                var line = target + ((long)panel * depth + j) * width;
                var columns = right.Columns - column - panel * width;
                if (columns >= width)
                {
                    TLanes low = TLanes.Load(source), high = TLanes.Load(source + TLanes.Count);
                    low.Store(line);
                    high.Store(line + TLanes.Count);
                    continue;
                }
                for (var i = 0; i < width; i++) line[i] = i < columns ? source[i] : 0;
            }
        }
    }

    /// <summary>The same of a right factor given transposed (N, K).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRightTransposed<TLanes>(MatrixView right, int column, int panels, int k, int depth, float* target)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var width = MicroKernel.Columns<TLanes>();
        for (var panel = 0; panel < panels; panel++, target += (long)width * depth)
        {
            // A few k at a time: their part of the panel stays in the first cache until all its columns are there.
            for (var first = 0; first < depth; first += TransposeDepth)
            {
                var length = Math.Min(TransposeDepth, depth - first);
                for (var i = 0; i < width; i += 4)
                {
                    var row = column + panel * width + i;
                    var columns = target + (long)first * width + i;
                    if (row + 4 <= right.Rows) TransposeFour(right.Row(row) + k + first, right.Stride, length, columns, width);
                    else TransposeFew(right, row, k + first, length, columns, width);
                }
            }
        }
    }

    private static void TransposeFew(MatrixView right, int row, int k, int length, float* target, int step)
    {
        for (var j = 0; j < length; j++)
            for (var n = 0; n < 4; n++) target[j * step + n] = row + n < right.Rows ? right.Row(row + n)[k + j] : 0;
    }

    /// <summary>Four rows become four columns: element j of each, side by side, for j up to <paramref name="length"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeFour(float* rows, int stride, int length, float* target, int step)
    {
        float* first = rows, second = rows + stride, third = rows + 2L * stride, fourth = rows + 3L * stride;
        var j = 0;
        for (; j + 4 <= length; j += 4, target += 4L * step)
        {
            Vector128<float> a = Vector128.Load(first + j), b = Vector128.Load(second + j), c = Vector128.Load(third + j), d = Vector128.Load(fourth + j);
            Vector128<float> low = Low(a, c), low2 = Low(b, d), high = High(a, c), high2 = High(b, d);
            Low(low, low2).Store(target);
            High(low, low2).Store(target + step);
            Low(high, high2).Store(target + 2L * step);
            High(high, high2).Store(target + 3L * step);
        }
        for (; j < length; j++, target += step) (target[0], target[1], target[2], target[3]) = (first[j], second[j], third[j], fourth[j]);
    }

    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
}
