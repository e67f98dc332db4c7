namespace Concord.Kernels;

/// <summary>
/// How queries, keys and values of one token lie side by side in a row of the buffer that one product fills.
/// </summary>
public sealed unsafe class HeadLayout
{
    /// <summary>All query heads, then all key heads, then all value heads.</summary>
    /// <param name="heads">Number of query heads.</param>
    /// <param name="keyValueHeads">Number of key and value heads.</param>
    /// <param name="dimension">Floats per head.</param>
    /// <exception cref="ArgumentException">The query heads cannot share the others evenly.</exception>
    public HeadLayout(int heads, int keyValueHeads, int dimension)
    {
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0)
            throw new ArgumentException(
                $"{heads} query heads cannot share {keyValueHeads} key and value heads evenly.",
                nameof(keyValueHeads)
            );
        Heads = heads;
        KeyValueHeads = keyValueHeads;
        Dimension = dimension;
    }

    /// <summary>Number of query heads.</summary>
    public int Heads { get; }

    /// <summary>
    /// Number of key and value heads; each serves <c>Heads / KeyValueHeads</c> neighbouring query heads.
    /// </summary>
    public int KeyValueHeads { get; }

    /// <summary>Floats per head.</summary>
    public int Dimension { get; }

    /// <summary>Floats per row.</summary>
    public int RowWidth => (Heads + 2 * KeyValueHeads) * Dimension;

    /// <summary>The query heads in a buffer of such rows.</summary>
    public HeadView Queries(MatrixView buffer) => new(buffer.Data, buffer.Stride, Dimension);

    /// <summary>The key heads in a buffer of such rows.</summary>
    public HeadView Keys(MatrixView buffer) => new(buffer.Data + Heads * Dimension, buffer.Stride, Dimension);

    /// <summary>The value heads in a buffer of such rows.</summary>
    public HeadView Values(MatrixView buffer) =>
        new(buffer.Data + (Heads + KeyValueHeads) * Dimension, buffer.Stride, Dimension);
}
