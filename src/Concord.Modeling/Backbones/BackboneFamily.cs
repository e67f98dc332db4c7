using System.Text.Json.Nodes;
using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>
/// All that is said of a family of decoder-only models besides the computation of its backbone: its names, the defaults
/// of its config and the keys of its own, its constructor, what GGUF calls it, and shapes of published models.
/// </summary>
/// <remarks>
/// A family stands in one file, and in one line of <see cref="BackboneFamilies"/>. Names and shapes of its tensors are
/// not declared: <see cref="ModelTensors"/> asks the backbone's constructor.
/// </remarks>
public sealed record BackboneFamily
{
    private readonly string classPrefix;

    /// <summary>Declares a family.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="modelType">See <see cref="ModelType"/>.</param>
    /// <param name="classPrefix">What the names of its classes begin with in transformers (<c>GPTNeoX</c>).</param>
    /// <param name="build">The backbone of a shape, with weights from a source.</param>
    internal BackboneFamily(
        string name,
        string modelType,
        string classPrefix,
        Func<BackboneConfig, IParameterSource, IBackbone> build
    )
    {
        Name = name;
        ModelType = modelType;
        this.classPrefix = classPrefix;
        Build = build;
    }

    /// <summary>Its name for people (<c>GptNeoX</c>).</summary>
    public string Name { get; }

    /// <summary>The value of <c>model_type</c> in <c>config.json</c> (<c>gpt_neox</c>), of no other family.</summary>
    public string ModelType { get; }

    /// <summary>The class of the language model in transformers, as in <c>architectures</c>.</summary>
    public string CausalLanguageModelClass => classPrefix + "ForCausalLM";

    /// <summary>The class of the reward model in transformers, as in <c>architectures</c>.</summary>
    public string SequenceClassificationClass => classPrefix + "ForSequenceClassification";

    /// <summary>The class of the backbone alone in transformers, as in <c>architectures</c>.</summary>
    public string ModelClass => classPrefix + "Model";

    /// <summary>The name of the projection to the vocabulary, (V, H).</summary>
    public string LanguageModelHeadName { get; internal init; } = "lm_head.weight";

    /// <summary>Number of matrices of a feed-forward block: 3 where a gate is multiplied in, else 2.</summary>
    public int FeedForwardMatrices { get; internal init; } = 3;

    /// <summary>The backbone of a shape, with weights from a source.</summary>
    internal Func<BackboneConfig, IParameterSource, IBackbone> Build { get; }

    /// <summary>The key of ε.</summary>
    internal string EpsilonKey { get; init; } = "rms_norm_eps";

    /// <summary>ε where a config names none, as are all defaults here those of transformers' class.</summary>
    internal double Epsilon { get; init; } = 1e-6;

    /// <summary>The non-linearity where a config names none.</summary>
    public BackboneActivation Activation { get; internal init; } = BackboneActivation.Silu;

    /// <summary>The longest context where a config names none.</summary>
    internal int MaxPositions { get; init; } = 2048;

    /// <summary>Key and value heads where a config names none; null for as many as query heads.</summary>
    internal int? KeyValueHeads { get; init; }

    /// <summary>Width of a head where a config names none; null for H / heads.</summary>
    internal int? HeadDimension { get; init; }

    /// <summary>
    /// A config may name key and value heads and the width of a head; else every query head has keys of its own, and a
    /// head is H / heads wide, whatever a config says.
    /// </summary>
    internal bool GroupedQueries { get; init; } = true;

    /// <summary>The key of θ in configs of the Hub.</summary>
    internal string RopeThetaKey { get; init; } = RopeReader.ThetaKey;

    /// <summary>The key of the rotary fraction in configs of the Hub.</summary>
    internal string RotaryFractionKey { get; init; } = RopeReader.FractionKey;

    /// <summary>A part of each head may rotate; else the whole does.</summary>
    internal bool PartialRotary { get; init; }

    /// <summary>The fraction of a head that rotates where a config names none.</summary>
    internal double RotaryFraction { get; init; } = 1;

    /// <summary>The keys of its config that <see cref="Read"/> reads beyond those of all families.</summary>
    internal IReadOnlyList<string> OwnKeys { get; init; } = [];

    /// <summary>Completes a shape by the family's own keys and by what holds for all its models.</summary>
    internal Func<ConfigDocument, BackboneConfig, BackboneConfig> Read { get; init; } = (_, shape) => shape;

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    internal Action<JsonObject, BackboneConfig> Write { get; init; } = (_, _) => { };

    /// <summary>What llama.cpp calls the family and its tensors; null where its files are not read.</summary>
    internal GgufNames? Gguf { get; init; }

    /// <summary>Shapes of published models by name, in the order they are listed.</summary>
    internal Func<BackboneFamily, IEnumerable<(string Name, BackboneConfig Shape)>> Presets { get; init; } = _ => [];

    /// <summary>
    /// Completes a shape by what holds for all models of the family where their configs say nothing else: which layers
    /// have biases, norms or a window.
    /// </summary>
    public BackboneConfig Complete(BackboneConfig shape)
    {
        using var nothing = ConfigDocument.Parse("{}"u8.ToArray(), "a config without keys");
        return Read(nothing, shape);
    }

    /// <summary>Whether both are the same family.</summary>
    public bool Equals(BackboneFamily? other) => other is not null && ModelType == other.ModelType;

    /// <inheritdoc/>
    public override int GetHashCode() => ModelType.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
