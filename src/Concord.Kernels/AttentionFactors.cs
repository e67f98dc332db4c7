using System.Runtime.InteropServices;
using Concord.Kernels.Lanes;
using Concord.Kernels.Products;

namespace Concord.Kernels;

/// <summary>
/// The factors of attention's products as the micro-kernel takes them: queries of all heads of a group together as
/// rows, ordered by token, and keys or values as panels.
/// </summary>
internal static unsafe class AttentionFactors
{
    /// <summary>
    /// Rows of a left factor are laid out like those of a <see cref="ScoreBlock"/>; so many floats at most.
    /// </summary>
    public const int MaxDimension = ScoreBlock.SheetKeys;

    /// <summary>The head dimension, filled up to whole tiles.</summary>
    public static int Padded<TLanes>(int dimension)
        where TLanes : unmanaged, ILanes<TLanes> =>
        (dimension + MicroKernel.Columns<TLanes>() - 1) / MicroKernel.Columns<TLanes>() * MicroKernel.Columns<TLanes>();

    /// <summary>The vectors of one head of the keys a part sees, one after the other. // (keys, d)</summary>
    public static MatrixView Gather(HeadView vectors, int head, AttentionPart part, int dimension, float* target)
    {
        var bytes = (long)dimension * sizeof(float);
        var place = target;
        foreach (var run in part.Runs)
            for (var row = run.Start; row < run.Start + run.Count; row++, place += dimension)
                Buffer.MemoryCopy(vectors.At(row, head), place, bytes, bytes);
        return new MatrixView(target, part.Keys, dimension);
    }

    /// <summary>
    /// Panels for products over the dimension: scores of rows against keys. // (keys / columns, d, columns)
    /// </summary>
    public static void ByKey<TLanes>(MatrixView vectors, float* panels)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var width = MicroKernel.Columns<TLanes>();
        Panels.CopyRightTransposed<TLanes>(vectors, 0, (vectors.Rows + width - 1) / width, 0, vectors.Columns, panels);
    }

    /// <summary>Panels for products over the rows: sums of vectors, weighted. // (d / columns, rows, columns)</summary>
    public static void ByDimension<TLanes>(MatrixView vectors, float* panels)
        where TLanes : unmanaged, ILanes<TLanes> =>
        Panels.CopyRight<TLanes>(
            vectors,
            0,
            Padded<TLanes>(vectors.Columns) / MicroKernel.Columns<TLanes>(),
            0,
            vectors.Rows,
            panels
        );

    /// <summary>
    /// Rows [row, row + count) of a part's queries (or what goes with them), times a factor: row i is head i modulo
    /// <paramref name="group"/> of the group, of query i / group. Filled up with zeroes to whole tiles.
    /// </summary>
    public static MatrixView Rows<TLanes>(
        HeadView vectors,
        AttentionPart part,
        int firstHead,
        int group,
        int row,
        int count,
        int dimension,
        float scale,
        float* target
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (var i = 0; i < count; i++)
            Elementwise.Scale<TLanes>(
                vectors.At(part.Query + (row + i) / group, firstHead + (row + i) % group),
                target + (long)i * ScoreBlock.RowStep,
                dimension,
                scale
            );
        for (var i = count; i % MicroKernel.Rows != 0; i++)
            NativeMemory.Clear(target + (long)i * ScoreBlock.RowStep, (nuint)dimension * sizeof(float));
        return new MatrixView(target, count, dimension, ScoreBlock.RowStep);
    }
}
