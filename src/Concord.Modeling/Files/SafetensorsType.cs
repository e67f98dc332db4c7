using TorchSharp;

namespace Concord.Modeling.Files;

/// <summary>
/// The element types of the safetensors format: name in the header, bytes per element, type in libtorch where
/// TorchSharp has it.
/// </summary>
internal sealed record SafetensorsType(string Name, int Size, torch.ScalarType? ScalarType)
{
    private static readonly SafetensorsType[] All =
    [
        new("BOOL", 1, torch.ScalarType.Bool),
        new("U8", 1, torch.ScalarType.Byte),
        new("I8", 1, torch.ScalarType.Int8),
        new("F8_E5M2", 1, null),
        new("F8_E4M3", 1, null),
        new("I16", 2, torch.ScalarType.Int16),
        new("U16", 2, null),
        new("F16", 2, torch.ScalarType.Float16),
        new("BF16", 2, torch.ScalarType.BFloat16),
        new("I32", 4, torch.ScalarType.Int32),
        new("U32", 4, null),
        new("F32", 4, torch.ScalarType.Float32),
        new("F64", 8, torch.ScalarType.Float64),
        new("I64", 8, torch.ScalarType.Int64),
        new("U64", 8, null),
    ];

    /// <summary>Place in the order the reference implementation sorts tensors by, wider types higher.</summary>
    public int Rank => Array.IndexOf(All, this);

    /// <summary>The names that can stand in a header, for messages.</summary>
    public static string Known => string.Join(", ", All.Select(type => type.Name));

    /// <summary>The type of a name in a header, or null.</summary>
    public static SafetensorsType? Find(string name) => Array.Find(All, type => type.Name == name);

    /// <summary>The type that holds a libtorch type, or null where the format has none.</summary>
    public static SafetensorsType? Of(torch.ScalarType type) =>
        Array.Find(All, candidate => candidate.ScalarType == type);
}
