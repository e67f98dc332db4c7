namespace Concord.Modeling.Backbones;

/// <summary>The names Hugging Face gives to each <see cref="BackboneFamily"/>.</summary>
public static class BackboneFamilies
{
    private static readonly (BackboneFamily Family, string ModelType, string ClassPrefix)[] Table =
    [
        (BackboneFamily.GptNeoX, "gpt_neox", "GPTNeoX"),
        (BackboneFamily.Llama, "llama", "Llama"),
        (BackboneFamily.Mistral, "mistral", "Mistral"),
        (BackboneFamily.Qwen2, "qwen2", "Qwen2"),
        (BackboneFamily.Qwen3, "qwen3", "Qwen3"),
    ];

    /// <summary>All known values of <c>model_type</c>, for messages.</summary>
    public static string KnownModelTypes => string.Join(", ", Table.Select(row => row.ModelType));

    /// <summary>The family of a <c>model_type</c>, or null where it is not known.</summary>
    public static BackboneFamily? Find(string modelType)
    {
        foreach (var row in Table)
            if (row.ModelType == modelType)
                return row.Family;
        return null;
    }

    /// <summary>The value of <c>model_type</c>.</summary>
    public static string ModelType(BackboneFamily family) => Row(family).ModelType;

    /// <summary>The class of the language model, as in <c>architectures</c>.</summary>
    public static string CausalLanguageModelClass(BackboneFamily family) => Row(family).ClassPrefix + "ForCausalLM";

    /// <summary>The class of the reward model, as in <c>architectures</c>.</summary>
    public static string SequenceClassificationClass(BackboneFamily family) =>
        Row(family).ClassPrefix + "ForSequenceClassification";

    private static (BackboneFamily Family, string ModelType, string ClassPrefix) Row(BackboneFamily family) =>
        Table.First(row => row.Family == family);
}
