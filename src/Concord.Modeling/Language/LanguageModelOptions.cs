using TorchSharp;

namespace Concord.Modeling.Language;

/// <summary>How a folder is opened as a language model.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Where the weights are held and computing is done: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
    public torch.Device Device { get; init; } = ConcordRuntime.Cpu;

    /// <summary>
    /// The type the matrices are held in; null for that of the files where it is one of 16 bits, else fp32. Products
    /// widen them, which loses nothing.
    /// </summary>
    /// <value>Default fp32.</value>
    public torch.ScalarType? WeightType { get; init; } = torch.ScalarType.Float32;

    /// <summary>
    /// Whether the products of linear layers and of the head take bf16 factors with fp32 sums; all else stays fp32 or
    /// double. On the CPU it needs AVX512_BF16.
    /// </summary>
    public bool Bf16Products { get; init; }
}
