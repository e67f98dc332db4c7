namespace Concord.Modeling.Files;

/// <summary>One row of a safetensors header, checked.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Begin">Offset of its first byte from the end of the header.</param>
/// <param name="End">Offset after its last byte; the difference is elements times bytes per element.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Begin, long End)
{
    /// <summary>Number of elements.</summary>
    public long Count => (End - Begin) / Type.Size;
}
