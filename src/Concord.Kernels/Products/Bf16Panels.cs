using System.Runtime.InteropServices;

namespace Concord.Kernels.Products;

/// <summary>
/// Rounds parts of a product's fp32 factors to bf16 and lays them out for <see cref="Bf16Kernel"/>. What lies outside a
/// factor becomes zeroes.
/// </summary>
internal static unsafe class Bf16Panels
{
    /// <summary>Columns of a right panel.</summary>
    public const int Width = 64;

    /// <summary>Rows of a left panel.</summary>
    public const int Rows = 64;

    private const int Block = 64;

    /// <summary>
    /// Rows [row, row + Rows) of a left factor (M, K), <paramref name="length"/> columns from <paramref name="k"/>, as
    /// rows of <paramref name="depth"/>.
    /// </summary>
    public static void CopyLeft(MatrixView left, int row, int k, int length, int depth, float scale, ushort* panel)
    {
        for (var i = 0; i < Rows; i++, panel += depth)
        {
            if (row + i >= left.Rows)
            {
                NativeMemory.Clear(panel, (nuint)depth * sizeof(ushort));
                continue;
            }
            Bf16.RoundHere(left.Row(row + i) + k, panel, length, scale);
            new Span<ushort>(panel + length, depth - length).Clear();
        }
    }

    /// <summary>The same of a left factor given transposed (K, M).</summary>
    public static void CopyLeftTransposed(
        MatrixView left,
        int row,
        int k,
        int length,
        int depth,
        float scale,
        ushort* panel
    )
    {
        var rows = Math.Min(Rows, left.Columns - row);
        var pairs = stackalloc uint[Block / 2 * Rows]; // (k / 2, M)
        NativeMemory.Clear(pairs, Block / 2 * Rows * sizeof(uint));
        for (var first = 0; first < depth; first += Block)
        {
            var count = Math.Min(Block, depth - first) / 2;
            for (var j = 0; j < count; j++)
                Pair(left, k, first + 2 * j, length, row, rows, scale, pairs + j * Rows);
            Transposition.Run((float*)pairs, Rows, count, Rows, (float*)panel + first / 2, depth / 2);
        }
    }

    /// <summary>
    /// Columns [column, column + Width) of a right factor (K, N), <paramref name="length"/> rows from
    /// <paramref name="k"/>, as pairs of <paramref name="depth"/> rows.
    /// </summary>
    public static void CopyRight(MatrixView right, int column, int k, int length, int depth, ushort* panel)
    {
        var columns = Math.Min(Width, right.Columns - column);
        var line = (uint*)panel;
        for (var j = 0; j < depth; j += 2, line += Width)
        {
            Pair(right, k, j, length, column, columns, 1, line);
            new Span<uint>(line + columns, Width - columns).Clear();
        }
    }

    /// <summary>The same of a right factor given transposed (N, K).</summary>
    public static void CopyRightTransposed(MatrixView right, int column, int k, int length, int depth, ushort* panel)
    {
        var rows = Math.Min(Width, right.Rows - column);
        var rounded = stackalloc ushort[Width * Block]; // (N, k)
        NativeMemory.Clear(rounded, Width * Block * sizeof(ushort));
        for (var first = 0; first < depth; first += Block)
        {
            int count = Math.Min(Block, depth - first),
                real = Math.Clamp(length - first, 0, count);
            for (var i = 0; i < rows; i++)
            {
                Bf16.RoundHere(right.Row(column + i) + k + first, rounded + i * Block, real, 1);
                new Span<ushort>(rounded + i * Block + real, count - real).Clear();
            }
            Transposition.Run((float*)rounded, Block / 2, Width, count / 2, (float*)panel + first / 2 * Width, Width);
        }
    }

    /// <summary>
    /// Rows j and j + 1 after <paramref name="k"/>, interleaved; those from <paramref name="length"/> on are zero.
    /// </summary>
    private static void Pair(
        MatrixView matrix,
        int k,
        int j,
        int length,
        int column,
        int columns,
        float scale,
        uint* target
    )
    {
        if (j >= length)
            new Span<uint>(target, columns).Clear();
        else
            Bf16.RoundPairs(
                matrix.Row(k + j) + column,
                j + 1 < length ? matrix.Row(k + j + 1) + column : null,
                target,
                columns,
                scale
            );
    }
}
