namespace Concord.Kernels;

/// <summary>
/// Where the vectors of attention heads lie: head h of row t begins <c>t * RowStride + h * HeadStride</c> floats after
/// <see cref="Data"/>.
/// </summary>
public readonly unsafe struct HeadView(float* data, int rowStride, int headStride)
{
    /// <summary>The first vector of the first row.</summary>
    public float* Data { get; } = data;

    /// <summary>Floats from one row to the next.</summary>
    public int RowStride { get; } = rowStride;

    /// <summary>Floats from one head to the next.</summary>
    public int HeadStride { get; } = headStride;

    /// <summary>The vector of one head in one row.</summary>
    public float* At(int row, int head) => Data + (long)row * RowStride + (long)head * HeadStride;

    /// <summary>One head in some rows, as a matrix (rows, dimension).</summary>
    public MatrixView Head(int head, int fromRow, int rows, int dimension) =>
        new(At(fromRow, head), rows, dimension, RowStride);
}
