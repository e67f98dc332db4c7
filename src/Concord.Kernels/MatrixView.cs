namespace Concord.Kernels;

/// <summary>
/// A row-major matrix of floats that lies in somebody else's memory, its rows <see cref="Stride"/> floats apart.
/// </summary>
/// <param name="data">The first element of the first row.</param>
/// <param name="rows">Number of rows.</param>
/// <param name="columns">Number of columns.</param>
/// <param name="stride">Floats from one row to the next.</param>
public readonly unsafe struct MatrixView(float* data, int rows, int columns, int stride)
{
    /// <summary>A matrix whose rows lie end to end.</summary>
    /// <param name="data">The first element of the first row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    public MatrixView(float* data, int rows, int columns)
        : this(data, rows, columns, columns) { }

    /// <summary>The first element of the first row.</summary>
    public float* Data { get; } = data;

    /// <summary>Number of rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>Number of columns.</summary>
    public int Columns { get; } = columns;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; } = stride;

    /// <summary>The first element of a row.</summary>
    public float* Row(int row) => Data + (long)row * Stride;

    /// <summary>Some of the rows.</summary>
    public MatrixView RowRange(int from, int count) => new(Row(from), count, Columns, Stride);

    /// <summary>Some of the columns.</summary>
    public MatrixView ColumnRange(int from, int count) => new(Data + from, Rows, count, Stride);
}
