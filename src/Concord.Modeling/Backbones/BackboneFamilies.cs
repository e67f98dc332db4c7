namespace Concord.Modeling.Backbones;

/// <summary>The families of language models that can be read.</summary>
public static class BackboneFamilies
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<BackboneFamily> All { get; } =
    [
        GptNeoxBackbone.Family, // Pythia
        LlamaFamily.Family, // LLaMA, Alpaca, SmolLM
        MistralFamily.Family,
        Qwen2Family.Family, // and 2.5
        Qwen3Family.Family,
        Phi3Family.Family, // and Phi 4
    ];

    /// <summary>All values of <c>model_type</c>, for messages.</summary>
    public static string KnownModelTypes => string.Join(", ", All.Select(family => family.ModelType));

    /// <summary>The architectures of GGUF files that can be imported.</summary>
    public static IReadOnlyList<string> GgufArchitectures { get; } =
    [.. All.Select(family => family.Gguf?.Architecture).OfType<string>()];

    /// <summary>The family of a <c>model_type</c>, or null where it is not known.</summary>
    public static BackboneFamily? Find(string modelType) => All.FirstOrDefault(family => family.ModelType == modelType);

    /// <summary>As <see cref="Find"/>, for a <c>model_type</c> that is known.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static BackboneFamily Named(string modelType) =>
        Find(modelType)
        ?? throw new ArgumentException($"{modelType} is no family; known are {KnownModelTypes}.", nameof(modelType));
}
