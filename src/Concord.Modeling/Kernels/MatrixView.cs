using static TorchSharp.torch;

namespace Concord.Modeling.Kernels;

/// <summary>
/// A row-major matrix of floats that lies in somebody else's memory, its rows <see cref="Stride"/> floats apart.
/// </summary>
internal readonly unsafe struct MatrixView(float* data, int rows, int columns, int stride)
{
    public MatrixView(float* data, int rows, int columns)
        : this(data, rows, columns, columns) { }

    public float* Data { get; } = data;

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public int Stride { get; } = stride;

    /// <summary>The first element of a row.</summary>
    public float* Row(int row) => Data + (long)row * Stride;

    /// <summary>Some of the rows.</summary>
    public MatrixView RowRange(int from, int count) => new(Row(from), count, Columns, Stride);

    /// <summary>Some of the columns.</summary>
    public MatrixView ColumnRange(int from, int count) => new(Data + from, Rows, count, Stride);

    /// <summary>
    /// A tensor's own memory as a matrix: all dimensions but the last are rows. The tensor must outlive the view.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is not a contiguous fp32 tensor in main memory.</exception>
    public static MatrixView Of(Tensor tensor)
    {
        if (
            tensor.dtype != ScalarType.Float32
            || tensor.device_type != TorchSharp.DeviceType.CPU
            || !tensor.is_contiguous()
        )
            throw new ArgumentException(
                $"A kernel takes contiguous fp32 tensors on the CPU, not {tensor.dtype} on {tensor.device_type}.",
                nameof(tensor)
            );
        var columns = tensor.dim() == 0 ? 1 : (int)tensor.size(-1);
        return new MatrixView(Pointer(tensor), columns == 0 ? 0 : (int)(tensor.numel() / columns), columns);
    }

    private static float* Pointer(Tensor tensor)
    {
        fixed (byte* start = tensor.bytes)
            return (float*)start;
    }
}
