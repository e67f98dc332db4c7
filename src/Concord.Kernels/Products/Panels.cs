using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Concord.Kernels.Lanes;

namespace Concord.Kernels.Products;

/// <summary>
/// Copies parts of a product's factors into panels that the micro-kernel reads from end to end. What lies outside a
/// factor becomes zeroes.
/// </summary>
internal static unsafe class Panels
{
    private const int Rows = MicroKernel.Rows;
    private const int PrefetchRows = 8;
    private const int TransposeDepth = 64;

    /// <summary>
    /// Twelve rows of a left factor (M, K) from row <paramref name="row"/>, <paramref name="depth"/> columns from
    /// <paramref name="k"/>, as a <see cref="RowPanel"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyLeft(MatrixView left, int row, int k, int depth, float* panel)
    {
        var rows = Math.Min(Rows, left.Rows - row);
        for (var i = 0; i < rows; i++)
            Unsafe.CopyBlock(panel + i * RowPanel.RowStep, left.Row(row + i) + k, (uint)depth * sizeof(float));
        for (var i = rows; i < Rows; i++)
            NativeMemory.Clear(panel + i * RowPanel.RowStep, (nuint)depth * sizeof(float));
    }

    /// <summary>
    /// Some panels of twelve columns of a left factor given transposed (K, M), as <see cref="ColumnPanel"/>s one after
    /// the other: columns from <paramref name="column"/>, rows from <paramref name="k"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyLeftTransposed(MatrixView left, int column, int panels, int k, int depth, float* target)
    {
        for (var j = 0; j < depth; j++)
        {
            var source = left.Row(k + j) + column;
            var ahead = j + PrefetchRows < depth ? PrefetchRows * left.Stride : 0;
            for (var panel = 0; panel < panels; panel++, source += Rows)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(source + ahead);
                var line = target + ((long)panel * depth + j) * Rows;
                var columns = left.Columns - column - panel * Rows;
                if (columns >= Rows)
                {
                    var (first, last) = (Vector256.Load(source), Vector128.Load(source + 8));
                    first.Store(line);
                    last.Store(line + 8);
                    continue;
                }
                for (var i = 0; i < Rows; i++)
                    line[i] = i < columns ? source[i] : 0;
            }
        }
    }

    /// <summary>
    /// Some panels of a right factor (K, N), each as wide as two registers: columns from <paramref name="column"/>,
    /// rows from <paramref name="k"/>.
    /// </summary>
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
                    TLanes low = TLanes.Load(source),
                        high = TLanes.Load(source + TLanes.Count);
                    low.Store(line);
                    high.Store(line + TLanes.Count);
                    continue;
                }
                for (var i = 0; i < width; i++)
                    line[i] = i < columns ? source[i] : 0;
            }
        }
    }

    /// <summary>The same of a right factor given transposed (N, K).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRightTransposed<TLanes>(
        MatrixView right,
        int column,
        int panels,
        int k,
        int depth,
        float* target
    )
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
                    if (row + 4 <= right.Rows)
                        Transposition.FourRows(right.Row(row) + k + first, right.Stride, length, columns, width);
                    else
                        TransposeFew(right, row, k + first, length, columns, width);
                }
            }
        }
    }

    private static void TransposeFew(MatrixView right, int row, int k, int length, float* target, int step)
    {
        for (var j = 0; j < length; j++)
        for (var n = 0; n < 4; n++)
            target[j * step + n] = row + n < right.Rows ? right.Row(row + n)[k + j] : 0;
    }
}
