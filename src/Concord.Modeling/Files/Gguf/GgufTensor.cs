namespace Concord.Modeling.Files.Gguf;

/// <summary>One tensor of a GGUF header, checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Its dimensions in the order of Hugging Face: rows first. GGUF lists them the other way
/// round.</param>
/// <param name="Offset">Its first byte, from the start of the file.</param>
/// <param name="Bytes">Its length in bytes; where its type cannot be read, up to where the next one begins.</param>
internal sealed record GgufTensor(string Name, GgufType Type, long[] Shape, long Offset, long Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Elements that lie together in one row; blocks never cross a row.</summary>
    public long Columns => Shape[^1];
}
