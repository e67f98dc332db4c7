using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels.Products;

/// <summary>
/// c = scale · a · b (+ c), fp32, row-major, either factor as it lies or transposed: the scheme of Goto and van de
/// Geijn (2008). A block of b is copied into panels that stay in the second cache, twelve rows of a at a time into one
/// that stays in the first, and the micro-kernel runs over them.
/// </summary>
/// <remarks>
/// Each element of c is one thread's, and its sum runs over k in blocks that depend on the shapes only: the same bits
/// from any number of threads.
/// </remarks>
internal static unsafe class TiledProduct
{
    /// <summary>Longest stretch of k taken at once: a left panel of it fits the first cache.</summary>
    private const int MaxDepth = 640;

    /// <summary>
    /// Stretches of a longer sum: short enough that a useful number of columns fits in the second cache beside it.
    /// </summary>
    private const int BlockDepth = 512;

    /// <summary>Most floats of b in panels at once: they share the second cache with a's.</summary>
    private const int MaxRightFloats = 160 * 1024;

    /// <summary>
    /// Panels of a transposed left factor copied at once, so that whole cache lines of its rows are read.
    /// </summary>
    private const int LeftPanels = 8;

    /// <summary>The product on all threads of the team.</summary>
    public static void Multiply(
        MatrixView a,
        bool transposeA,
        MatrixView b,
        bool transposeB,
        MatrixView c,
        float scale,
        bool accumulate
    )
    {
        if (LaneWidth.Bits == 512)
            Multiply<Lanes512>(a, transposeA, b, transposeB, c, scale, accumulate);
        else if (LaneWidth.Bits == 256)
            Multiply<Lanes256>(a, transposeA, b, transposeB, c, scale, accumulate);
        else
            Multiply<Lanes128>(a, transposeA, b, transposeB, c, scale, accumulate);
    }

    private static void Multiply<TLanes>(
        MatrixView a,
        bool transposeA,
        MatrixView b,
        bool transposeB,
        MatrixView c,
        float scale,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (c.Rows == 0 || c.Columns == 0)
            return;
        var regions = Regions<TLanes>(c.Rows, c.Columns, transposeA ? a.Rows : a.Columns);
        ThreadTeam.Tasks(
            regions.Length,
            task => Fill<TLanes>(a, transposeA, b, transposeB, c, scale, accumulate, regions[task])
        );
    }

    /// <summary>Cuts c into regions for the threads so that the slowest has least to do, copying included.</summary>
    private static Region[] Regions<TLanes>(int rows, int columns, int depth)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int threads = ThreadTeam.Size,
            width = MicroKernel.Columns<TLanes>(),
            height = MicroKernel.Rows;
        int rowPanels = (rows + height - 1) / height,
            columnPanels = (columns + width - 1) / width;
        var fewest = (columnPanels + RightPanels<TLanes>(depth) - 1) / RightPanels<TLanes>(depth);
        var best = (Cost: double.MaxValue, Down: 1, Across: 1);
        for (var down = 1; down <= Math.Min(threads, rowPanels); down++)
        {
            for (var across = fewest; across <= Math.Min(fewest + threads, columnPanels); across++)
            {
                double height1 = (double)(rowPanels + down - 1) / down * height,
                    width1 = (double)(columnPanels + across - 1) / across * width;
                // Copying an element costs about as much as a few multiply-adds.
                var cost = (down * across + threads - 1) / threads * (height1 * width1 + 4 * height1 + 6 * width1);
                if (cost < best.Cost)
                    best = (cost, down, across);
            }
        }
        var regions = new List<Region>();
        for (var j = 0; j < best.Across; j++)
        for (var i = 0; i < best.Down; i++)
            regions.Add(
                new Region(
                    rowPanels * i / best.Down * height,
                    Math.Min(rows, rowPanels * (i + 1) / best.Down * height),
                    columnPanels * j / best.Across * width,
                    Math.Min(columns, columnPanels * (j + 1) / best.Across * width)
                )
            );
        return
        [
            .. regions.OrderByDescending(region =>
                (long)(region.RowEnd - region.Row) * (region.ColumnEnd - region.Column)
            ),
        ];
    }

    private static int Depth(int depth)
    {
        if (depth <= MaxDepth)
            return depth;
        var blocks = (depth + BlockDepth - 1) / BlockDepth;
        return (depth + blocks - 1) / blocks;
    }

    private static int RightPanels<TLanes>(int depth)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Math.Max(1, MaxRightFloats / (Math.Max(1, Depth(depth)) * MicroKernel.Columns<TLanes>()));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<TLanes>(
        MatrixView a,
        bool transposeA,
        MatrixView b,
        bool transposeB,
        MatrixView c,
        float scale,
        bool accumulate,
        Region region
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int depth = transposeA ? a.Rows : a.Columns,
            step = Depth(depth),
            width = MicroKernel.Columns<TLanes>(),
            most = RightPanels<TLanes>(depth);
        var right = Scratch.Floats(Scratch.Use.RightPanel, (long)step * width * most);
        var left = Scratch.Floats(
            Scratch.Use.LeftPanel,
            Math.Max(LeftPanels * MicroKernel.Rows * step, MicroKernel.Rows * RowPanel.RowStep)
        );
        for (var column = region.Column; column < region.ColumnEnd; column += most * width)
        {
            var panels = Math.Min(most, (region.ColumnEnd - column + width - 1) / width);
            for (var k = 0; k < depth; k += step)
            {
                var length = Math.Min(step, depth - k);
                if (transposeB)
                    Panels.CopyRightTransposed<TLanes>(b, column, panels, k, length, right);
                else
                    Panels.CopyRight<TLanes>(b, column, panels, k, length, right);
                var add = accumulate || k > 0;
                if (transposeA)
                {
                    for (var row = region.Row; row < region.RowEnd; row += LeftPanels * MicroKernel.Rows)
                    {
                        var count = Math.Min(
                            LeftPanels,
                            (region.RowEnd - row + MicroKernel.Rows - 1) / MicroKernel.Rows
                        );
                        Panels.CopyLeftTransposed(a, row, count, k, length, left);
                        for (var i = 0; i < count; i++)
                            Tiles<TLanes, ColumnPanel>(
                                length,
                                left + (long)i * MicroKernel.Rows * length,
                                right,
                                panels,
                                c,
                                row + i * MicroKernel.Rows,
                                column,
                                scale,
                                add
                            );
                    }
                }
                else
                {
                    for (var row = region.Row; row < region.RowEnd; row += MicroKernel.Rows)
                    {
                        Panels.CopyLeft(a, row, k, length, left);
                        Tiles<TLanes, RowPanel>(length, left, right, panels, c, row, column, scale, add);
                    }
                }
            }
        }
    }

    /// <summary>One left panel with every right panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles<TLanes, TPanel>(
        int depth,
        float* left,
        float* right,
        int panels,
        MatrixView c,
        int row,
        int column,
        float scale,
        bool accumulate
    )
        where TLanes : unmanaged, ILanes<TLanes>
        where TPanel : struct, ILeftPanel
    {
        var width = MicroKernel.Columns<TLanes>();
        var rows = Math.Min(MicroKernel.Rows, c.Rows - row);
        var edge = stackalloc float[MicroKernel.Rows * 2 * 16];
        for (var panel = 0; panel < panels; panel++, column += width, right += (long)depth * width)
        {
            var columns = Math.Min(width, c.Columns - column);
            var target = c.Row(row) + column;
            if (rows == MicroKernel.Rows && columns == width)
            {
                if (accumulate)
                    MicroKernel.Prefetch(target, c.Stride);
                MicroKernel.Run<TLanes, TPanel>(depth, left, right, target, c.Stride, scale, accumulate);
                continue;
            }
            MicroKernel.Run<TLanes, TPanel>(depth, left, right, edge, width, scale, accumulate: false);
            for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                target[(long)i * c.Stride + j] =
                    edge[i * width + j] + (accumulate ? target[(long)i * c.Stride + j] : 0);
        }
    }

    /// <summary>Part of c: rows [Row, RowEnd), columns [Column, ColumnEnd).</summary>
    private readonly record struct Region(int Row, int RowEnd, int Column, int ColumnEnd);
}
