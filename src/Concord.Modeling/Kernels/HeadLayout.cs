namespace Concord.Modeling.Kernels;

/// <summary>
/// How queries, keys and values of one token lie side by side in a row of the buffer that one product fills.
/// </summary>
internal sealed unsafe class HeadLayout
{
    private readonly int headStride,
        keyOffset,
        valueOffset;

    private HeadLayout(int heads, int keyValueHeads, int dimension, int headStride, int keyOffset, int valueOffset)
    {
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0)
            throw new ArgumentException(
                $"{heads} query heads cannot share {keyValueHeads} key and value heads evenly.",
                nameof(keyValueHeads)
            );
        (Heads, KeyValueHeads, Dimension) = (heads, keyValueHeads, dimension);
        (this.headStride, this.keyOffset, this.valueOffset) = (headStride, keyOffset, valueOffset);
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

    /// <summary>LLaMA, Mistral, Qwen: all query heads, then all key heads, then all value heads.</summary>
    public static HeadLayout Concatenated(int heads, int keyValueHeads, int dimension) =>
        new(heads, keyValueHeads, dimension, dimension, heads * dimension, (heads + keyValueHeads) * dimension);

    /// <summary>GPT-NeoX: query, key and value of head 0, then those of head 1, and so on.</summary>
    public static HeadLayout Interleaved(int heads, int dimension) =>
        new(heads, heads, dimension, 3 * dimension, dimension, 2 * dimension);

    public HeadView Queries(MatrixView buffer) => new(buffer.Data, buffer.Stride, headStride);

    public HeadView Keys(MatrixView buffer) => new(buffer.Data + keyOffset, buffer.Stride, headStride);

    public HeadView Values(MatrixView buffer) => new(buffer.Data + valueOffset, buffer.Stride, headStride);
}
