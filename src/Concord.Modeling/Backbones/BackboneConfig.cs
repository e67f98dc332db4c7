using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Modeling.Backbones;

/// <summary>
/// The shape of a language model and everything else its computation depends on, read from <c>config.json</c> of a
/// Hugging Face folder.
/// </summary>
/// <remarks>
/// Two records are equal when the models compute the same: both spellings of a config give the same record. Dropout is
/// not part of it: reward models are trained without.
/// </remarks>
public sealed record BackboneConfig
{
    /// <summary>The family, which decides the file of the backbone and the names of its tensors.</summary>
    public required BackboneFamily Family { get; init; }

    /// <summary>H, width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; not always <see cref="HiddenSize"/> / <see cref="Heads"/> (Qwen 3).</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>V, rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>ε of the norms (RMSNorm, or LayerNorm for GPT-NeoX).</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>θ, base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Change of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Fraction of each head that rotates, in (0, 1]; below 1 in some families only.</summary>
    public double RotaryFraction { get; init; } = 1;

    /// <summary>
    /// GPT-NeoX: attention and feed-forward both read the layer's input and are added together; else one after the
    /// other.
    /// </summary>
    public bool ParallelResidual { get; init; }

    /// <summary>The projections to queries, keys and values have a bias.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>The output projection of the attention has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>The projections of the feed-forward block have a bias.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Queries and keys are normalised by head before they rotate (Qwen 3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>
    /// w: a query at position q sees keys q - w &lt; k &lt;= q, in layers from <see cref="FirstSlidingLayer"/> on; null
    /// where every layer sees all.
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>
    /// The first layer with a sliding window; 0 (all layers) for Mistral and where there is no window.
    /// </summary>
    public int FirstSlidingLayer { get; init; }

    /// <summary>
    /// The output projection of the language model is the embedding: no tensor of its own in the files.
    /// </summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>The non-linearity of the feed-forward block.</summary>
    public required BackboneActivation Activation { get; init; }

    /// <summary>The longest context in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Id of the padding token, where the config names one.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Id of the token that begins a text, where the config names one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Id of the token that ends a text, the first where the config names several.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>The type the weights are stored in: float32, float16, bfloat16 or float64.</summary>
    public torch.ScalarType Dtype { get; init; } = torch.ScalarType.Float32;

    /// <summary>
    /// Number of leading dimensions of a head that rotate: even, at most <see cref="HeadDimension"/>.
    /// </summary>
    public int RotaryDimension => (int)(HeadDimension * RotaryFraction);

    /// <summary>The sliding window of one layer, null where it sees all.</summary>
    public int? SlidingWindowOf(int layer) => layer >= FirstSlidingLayer ? SlidingWindow : null;

    /// <summary>
    /// Reads <c>config.json</c> of a Hugging Face folder, in the spelling of transformers 5 (<c>rope_parameters</c>,
    /// <c>dtype</c>) or of the Hub (<c>rope_theta</c>, <c>rope_scaling</c>, <c>rotary_pct</c>, <c>torch_dtype</c>).
    /// </summary>
    /// <exception cref="ConcordException">
    /// The file is missing, is not valid JSON, names an unknown model, or has a value that does not fit; the message
    /// names file and key.
    /// </exception>
    public static BackboneConfig Read(string folder) => ReadFile(Path.Combine(folder, ModelFolder.ConfigFileName));

    /// <summary>As <see cref="Read"/>, for a file of any name.</summary>
    /// <exception cref="ConcordException">As <see cref="Read"/>.</exception>
    public static BackboneConfig ReadFile(string file)
    {
        using var document = ConfigDocument.Load(file);
        return BackboneConfigReader.Read(document);
    }
}
