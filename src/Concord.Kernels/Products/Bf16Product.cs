namespace Concord.Kernels.Products;

/// <summary>
/// c = scale · a · b (+ c) of fp32 matrices, either factor as it lies or transposed, computed as a mixed-precision
/// product: both factors rounded to bf16, products summed in fp32.
/// </summary>
/// <remarks>
/// First both factors are rounded and laid out, by all threads, then all threads multiply: at this rate copying a
/// factor once more per thread would cost too much. oneDNN compiles a kernel for each shape it meets and keeps it, so
/// shapes are padded to a few.
/// </remarks>
internal static unsafe class Bf16Product
{
    private const int Rows = Bf16Panels.Rows,
        Width = Bf16Panels.Width;

    /// <summary>Longest stretch of k in one call of the kernel, and the unit it is padded to.</summary>
    private const int MaxDepth = 640,
        BlockDepth = 512,
        DepthUnit = 32;

    /// <summary>Tasks per thread: enough to share the work evenly.</summary>
    private const int TasksPerThread = 4;

    /// <summary>The product on all threads of the team.</summary>
    /// <exception cref="PlatformNotSupportedException">See <see cref="Bf16Kernel.IsAvailable"/>.</exception>
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
        if (!Bf16Kernel.IsAvailable)
            throw new PlatformNotSupportedException(
                "This processor has no bf16 instructions (AVX512_BF16 or AMX_BF16), or libtorch does not export its "
                    + "bf16 kernel; use fp32."
            );
        if (c.Rows == 0 || c.Columns == 0)
            return;
        var blocks = Blocks(transposeA ? a.Rows : a.Columns);
        var depth = blocks[^1].Start + blocks[^1].Depth; // padded
        int rowPanels = (c.Rows + Rows - 1) / Rows,
            columnPanels = (c.Columns + Width - 1) / Width;
        var left = (ushort*)Scratch.Floats(Scratch.Use.LeftPanel, (long)rowPanels * Rows * depth / 2);
        var right = (ushort*)Scratch.Floats(Scratch.Use.RightPanel, (long)columnPanels * Width * depth / 2);
        ThreadTeam.Tasks(
            rowPanels + columnPanels,
            task =>
            {
                if (task < columnPanels)
                    CopyRight(b, transposeB, task * Width, blocks, right + (long)task * Width * depth);
                else
                    CopyLeft(
                        a,
                        transposeA,
                        (task - columnPanels) * Rows,
                        blocks,
                        scale,
                        left + (long)(task - columnPanels) * Rows * depth
                    );
            }
        );
        var across = Math.Clamp((TasksPerThread * ThreadTeam.Size + rowPanels - 1) / rowPanels, 1, columnPanels);
        ThreadTeam.Tasks(
            rowPanels * across,
            task =>
            {
                var (row, part) = (task / across, task % across);
                Tiles(
                    c,
                    row,
                    columnPanels * part / across,
                    columnPanels * (part + 1) / across,
                    blocks,
                    left + (long)row * Rows * depth,
                    right,
                    depth,
                    accumulate
                );
                Bf16Kernel.Leave();
            }
        );
    }

    private static void CopyLeft(MatrixView a, bool transpose, int row, Stretch[] blocks, float scale, ushort* panel)
    {
        foreach (var block in blocks)
        {
            if (transpose)
                Bf16Panels.CopyLeftTransposed(
                    a,
                    row,
                    block.Start,
                    block.Length,
                    block.Depth,
                    scale,
                    panel + (long)Rows * block.Start
                );
            else
                Bf16Panels.CopyLeft(
                    a,
                    row,
                    block.Start,
                    block.Length,
                    block.Depth,
                    scale,
                    panel + (long)Rows * block.Start
                );
        }
    }

    private static void CopyRight(MatrixView b, bool transpose, int column, Stretch[] blocks, ushort* panel)
    {
        foreach (var block in blocks)
        {
            if (transpose)
                Bf16Panels.CopyRightTransposed(
                    b,
                    column,
                    block.Start,
                    block.Length,
                    block.Depth,
                    panel + (long)Width * block.Start
                );
            else
                Bf16Panels.CopyRight(
                    b,
                    column,
                    block.Start,
                    block.Length,
                    block.Depth,
                    panel + (long)Width * block.Start
                );
        }
    }

    /// <summary>One left panel with the right panels [from, to).</summary>
    private static void Tiles(
        MatrixView c,
        int rowPanel,
        int from,
        int to,
        Stretch[] blocks,
        ushort* left,
        ushort* right,
        int depth,
        bool accumulate
    )
    {
        var rows = Math.Min(Rows, c.Rows - rowPanel * Rows);
        var edge = stackalloc float[Rows * Width];
        for (var panel = from; panel < to; panel++)
        {
            var columns = Math.Min(Width, c.Columns - panel * Width);
            var target = c.Row(rowPanel * Rows) + panel * Width;
            var whole = rows == Rows && columns == Width;
            foreach (var block in blocks)
            {
                ushort* a = left + (long)Rows * block.Start,
                    b = right + ((long)panel * depth + block.Start) * Width;
                if (whole)
                    Bf16Kernel.Run(
                        Rows,
                        Width,
                        block.Depth,
                        a,
                        b,
                        Width,
                        target,
                        c.Stride,
                        accumulate || block.Start > 0
                    );
                else
                    Bf16Kernel.Run(
                        (rows + 15) / 16 * 16,
                        Width,
                        block.Depth,
                        a,
                        b,
                        Width,
                        edge,
                        Width,
                        block.Start > 0
                    );
            }
            if (whole)
                continue;
            for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                target[(long)i * c.Stride + j] =
                    edge[i * Width + j] + (accumulate ? target[(long)i * c.Stride + j] : 0);
        }
    }

    /// <summary>
    /// Cuts the sums into stretches of equal length, the last one padded: their sizes are multiples of
    /// <see cref="DepthUnit"/>.
    /// </summary>
    private static Stretch[] Blocks(int depth)
    {
        var count = depth <= MaxDepth ? 1 : (depth + BlockDepth - 1) / BlockDepth;
        var size = Math.Max(1, (depth + count * DepthUnit - 1) / (count * DepthUnit)) * DepthUnit;
        var blocks = new List<Stretch>();
        for (var start = 0; start < Math.Max(depth, 1); start += size)
        {
            var length = Math.Min(size, depth - start);
            blocks.Add(new Stretch(start, length, (length + DepthUnit - 1) / DepthUnit * DepthUnit));
        }
        return [.. blocks];
    }

    /// <summary>A stretch of k.</summary>
    /// <param name="Start">First k.</param>
    /// <param name="Length">Number of them.</param>
    /// <param name="Depth">The same, padded.</param>
    private readonly record struct Stretch(int Start, int Length, int Depth);
}
