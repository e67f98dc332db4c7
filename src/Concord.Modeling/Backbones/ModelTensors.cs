namespace Concord.Modeling.Backbones;

/// <summary>
/// The tensors of a model of a given shape, by the account of its backbone's own constructor: it is run over a source
/// that keeps names and shapes and has no numbers.
/// </summary>
internal static class ModelTensors
{
    /// <summary>Name of the reward head, (1, H), without bias.</summary>
    public const string RewardHeadName = "score.weight";

    /// <summary>The tensors of the backbone in Hugging Face's files: embedding, layers, final norm.</summary>
    public static IReadOnlyList<ModelTensor> Backbone(BackboneConfig config)
    {
        var source = new Recording();
        using var backbone = config.Family.Build(config, source);
        return source.Tensors;
    }

    /// <summary>The output projection (V, H) of the language model, or null where it is the embedding.</summary>
    public static ModelTensor? LanguageModelHead(BackboneConfig config) =>
        config.TiedEmbeddings
            ? null
            : new(
                config.Family.LanguageModelHeadName,
                [config.VocabularySize, config.HiddenSize],
                ParameterStart.Normal
            );

    /// <summary>The tensors of the language model: the backbone's and its output projection, if any.</summary>
    public static IReadOnlyList<ModelTensor> LanguageModel(BackboneConfig config) =>
        LanguageModelHead(config) is { } head ? [.. Backbone(config), head] : Backbone(config);

    /// <summary>Number of parameters of the backbone.</summary>
    public static long ParameterCount(BackboneConfig config) => Backbone(config).Sum(tensor => tensor.Count);

    /// <summary>Number of weights in low-rank adapters of rank 1 on all linear layers.</summary>
    public static long AdapterParameterCount(BackboneConfig config)
    {
        using var backbone = config.Family.Build(config, new Recording());
        return Enumerable
            .Range(0, config.Layers)
            .SelectMany(backbone.AdapterTargets)
            .Sum(target => (long)target.Rows + target.Layer.Inputs);
    }

    private sealed class Recording : IParameterSource
    {
        public List<ModelTensor> Tensors { get; } = [];

        public Parameter Make(ParameterSpec spec)
        {
            for (var i = 0; i < spec.Layout.Names.Length; i++)
                Tensors.Add(new(spec.Layout.Names[i], [spec.Layout.Rows[i], .. spec.Shape[1..]], spec.Start));
            return new Parameter(spec.Name, spec.Shape, spec.Layout);
        }
    }
}
