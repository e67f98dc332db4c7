using TorchSharp;

namespace Concord.Modeling.Folders;

/// <summary>How a GGUF file is imported.</summary>
public sealed record GgufImportOptions
{
    /// <summary>The type the weights are written in.</summary>
    /// <value>float32, which holds every value of the file exactly as it stands for it</value>
    public torch.ScalarType Type { get; init; } = torch.ScalarType.Float32;

    /// <summary>Most bytes of one file; null for a single file.</summary>
    public long? LargestShard { get; init; }

    /// <summary>The folder whose tokenizer files are copied; null for that of the GGUF file.</summary>
    public string? TokenizerFolder { get; init; }
}
