using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using static TorchSharp.torch;

namespace Concord.Modeling.Folders;

/// <summary>
/// About how many bytes a reward model takes at work, by counting what is held: weights, and what each way of training
/// keeps beside them.
/// </summary>
/// <remarks>
/// Not counted: the process itself (libtorch takes about 0.3 GB), attention scores of the segment at work, and the
/// data. Training holds a gradient and the two moments of AdamW in fp32 for each weight it changes, and for each token
/// of a batch and each layer what the backward pass needs: the hidden state before and between the two blocks, queries,
/// keys, values, the attention's output and the feed-forward block's inner values. Under activation checkpointing it is
/// the hidden state before each layer, and all of that for one layer.
/// </remarks>
/// <param name="Config">The shape.</param>
/// <param name="Tokens">Real tokens of one batch (shared prompts counted once).</param>
public sealed record MemoryEstimate(BackboneConfig Config, int Tokens)
{
    private const long Float = sizeof(float);

    private const long SixteenBits = 2;

    /// <summary>The weights of the backbone and the head, in fp32.</summary>
    public long Weights => Float * ParameterCount;

    /// <summary>To score: the weights, in 16 bits where they are stored so, and one layer's values.</summary>
    public long Score =>
        (Config.Dtype is ScalarType.BFloat16 or ScalarType.Float16 ? SixteenBits : Float) * ParameterCount
        + LayerValues;

    /// <summary>To train all weights.</summary>
    public long TrainFull => Trained(ParameterCount) + Config.Layers * LayerValues;

    /// <summary>The same under activation checkpointing.</summary>
    public long TrainFullCheckpointing => Trained(ParameterCount) + CheckpointedValues;

    /// <summary>
    /// To train adapters of the default rank on all linear layers, and the head; the weights beside stay as they are.
    /// </summary>
    public long TrainLora => Weights + BesideAdapted + Config.Layers * LayerValues;

    /// <summary>
    /// The least that adapters take: weights in bf16 (<c>model.weights: bf16</c>) and activation checkpointing.
    /// </summary>
    public long TrainLoraLeast => SixteenBits * ParameterCount + BesideAdapted + CheckpointedValues;

    /// <summary>To train the head alone: nothing is kept of the layers.</summary>
    public long TrainHead => Weights + LayerValues + BesideWeights(Config.HiddenSize);

    /// <summary>How many numbers each way of training changes; adapters at the default rank on all linear
    /// layers.</summary>
    /// <param name="parts">What is trained beside the head.</param>
    /// <param name="lastLayers">How many layers, for <see cref="TrainedParts.LastLayers"/>.</param>
    public long TrainedParameters(TrainedParts parts, int lastLayers) =>
        Config.HiddenSize
        + parts switch
        {
            TrainedParts.Full => ModelTensors.ParameterCount(Config),
            TrainedParts.LastLayers => Math.Min(lastLayers, Config.Layers) * LayerParameters,
            TrainedParts.Adapters => AdapterParameterCount,
            _ => 0,
        };

    /// <summary>To train in one of the ways.</summary>
    /// <param name="parts">What is trained beside the head.</param>
    /// <param name="lastLayers">How many layers, for <see cref="TrainedParts.LastLayers"/>.</param>
    /// <param name="checkpointing">Whether layers are computed once more in the backward pass.</param>
    public long Train(TrainedParts parts, int lastLayers, bool checkpointing)
    {
        long layers = parts switch
        {
            TrainedParts.Full or TrainedParts.Adapters => Config.Layers,
            TrainedParts.LastLayers => Math.Min(lastLayers, Config.Layers),
            _ => 1,
        };
        var kept = checkpointing ? layers * Float * Tokens * Config.HiddenSize + LayerValues : layers * LayerValues;
        return Weights + BesideWeights(TrainedParameters(parts, lastLayers)) + kept;
    }

    /// <summary>Floating-point operations of a token taken forward through all layers; attention's own, which grow with
    /// the text, not counted.</summary>
    public double ForwardOperations => 2.0 * Config.Layers * LayerParameters;

    private long LayerParameters =>
        (ModelTensors.ParameterCount(Config) - (long)Config.VocabularySize * Config.HiddenSize) / Config.Layers;

    /// <summary>Weights of the adapters at the default rank.</summary>
    public long AdapterParameterCount => new LoraSettings().Rank * ModelTensors.AdapterParameterCount(Config);

    private long ParameterCount => ModelTensors.ParameterCount(Config) + Config.HiddenSize;

    private long BesideAdapted => Trained(AdapterParameterCount) + BesideWeights(Config.HiddenSize);

    private long CheckpointedValues => Config.Layers * Float * Tokens * Config.HiddenSize + LayerValues;

    private static long Trained(long parameters) => Float * parameters + BesideWeights(parameters);

    // Gradient and two moments.
    private static long BesideWeights(long parameters) => 3 * Float * parameters;

    private long LayerValues
    {
        get
        {
            long heads = Config.Heads,
                keyHeads = Config.KeyValueHeads,
                head = Config.HeadDimension;
            var inner = (long)Config.Family.FeedForwardMatrices * Config.IntermediateSize;
            return Float * Tokens * (2L * Config.HiddenSize + (2 * heads + 2 * keyHeads) * head + inner);
        }
    }
}
