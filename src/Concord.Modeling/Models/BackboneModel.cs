using Concord.Kernels;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Models;

/// <summary>
/// What every model is below its head: a backbone, the adapters on it, which part of both is trained, and their way
/// through a batch.
/// </summary>
/// <remarks>Owns backbone, adapters and operations. Not safe for use from several threads at once.</remarks>
internal sealed class BackboneModel : IDisposable
{
    private readonly BackboneRunner runner;

    /// <summary>Makes the model.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="operations">What it computes with.</param>
    /// <param name="outputsOnly">Whether the head reads a batch's output positions only.</param>
    public BackboneModel(IBackbone backbone, IOperations operations, bool outputsOnly)
    {
        (Backbone, Operations) = (backbone, operations);
        runner = new BackboneRunner(backbone, operations, outputsOnly);
    }

    /// <summary>The backbone.</summary>
    public IBackbone Backbone { get; }

    /// <summary>What it computes with.</summary>
    public IOperations Operations { get; }

    /// <summary>The shape of the backbone.</summary>
    public BackboneConfig Config => Backbone.Config;

    /// <summary>The adapters on it, or null.</summary>
    public AdapterSet? Adapters { get; private set; }

    /// <summary>All parameters: backbone, adapters.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. Backbone.Parameters, .. Adapters?.Parameters ?? []];

    /// <summary>Where the parameters are.</summary>
    public torch.Device Device => Backbone.Embedding.Value.device;

    /// <summary>
    /// Whether a recorded forward pass keeps only the input of each layer, and the backward pass computes the layer
    /// once more.
    /// </summary>
    public bool ActivationCheckpointing
    {
        get => runner.RecomputeLayers;
        set => runner.RecomputeLayers = value;
    }

    /// <summary>Whether the products of linear layers take bf16 factors.</summary>
    public bool HasBf16Products => Operations.Precision == ProductPrecision.Bf16;

    /// <summary>
    /// The lowest layer with a trained parameter in it or below it; the number of layers where none has.
    /// </summary>
    public int FirstTrainedLayer => runner.FirstTrainedLayer;

    /// <summary>Whether nothing below the head is trained.</summary>
    public bool IsFrozen => runner.HeadOnly;

    /// <summary>The parameters below the lowest trained layer, on which <see cref="FrozenStates"/> depend.</summary>
    public IEnumerable<Parameter> FrozenParameters
    {
        get
        {
            var layers = FirstTrainedLayer;
            // adapters that are not trained belong to the frozen part, whichever layers they are on
            IEnumerable<Parameter> frozen =
            [
                Backbone.Embedding,
                .. Enumerable.Range(0, layers).SelectMany(Backbone.LayerParameters),
                .. (Adapters?.Parameters ?? []).Where(parameter => !parameter.Trainable),
            ];
            return layers == Config.Layers
                ? frozen.Append(Backbone.FinalNorm.Weight).Concat(Backbone.FinalNorm.Bias is { } bias ? [bias] : [])
                : frozen;
        }
    }

    /// <summary>Chooses what training changes below the head; gradient buffers are made for it.</summary>
    /// <param name="parts">The part.</param>
    /// <param name="lastLayers">n, for <see cref="TrainedParts.LastLayers"/>: 1 to the number of layers.</param>
    /// <param name="lora">The adapters, for <see cref="TrainedParts.Adapters"/>; null for the defaults.</param>
    /// <exception cref="ConcordException">The model has not that many layers, or a LoRA target is
    /// unknown.</exception>
    public void SetTrained(TrainedParts parts, int lastLayers, LoraSettings? lora)
    {
        if (parts == TrainedParts.LastLayers && (lastLayers < 1 || lastLayers > Config.Layers))
            throw new ConcordException(
                $"Training the last {lastLayers} layers was asked for; this model has {Config.Layers}. Choose 1 to "
                    + $"{Config.Layers}."
            );
        if (parts == TrainedParts.Adapters && Adapters is null)
            Adapters = AdapterSet.Create(Backbone, lora ?? new LoraSettings());
        foreach (var parameter in Backbone.Parameters)
            parameter.SetTrainable(parts == TrainedParts.Full);
        if (parts == TrainedParts.LastLayers)
        {
            foreach (
                var parameter in Enumerable
                    .Range(Config.Layers - lastLayers, lastLayers)
                    .SelectMany(Backbone.LayerParameters)
            )
                parameter.SetTrainable(true);
            Backbone.FinalNorm.Weight.SetTrainable(true);
            Backbone.FinalNorm.Bias?.SetTrainable(true);
        }
        foreach (var parameter in Adapters?.Parameters ?? [])
            parameter.SetTrainable(parts == TrainedParts.Adapters);
    }

    /// <summary>Hidden states above the final norm: what a head reads. // (N, H), or (T, H); the caller's</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="record">Whether <see cref="Backward"/> is to follow.</param>
    /// <param name="frozen">What <see cref="FrozenStates"/> gave for the batch, or null to compute it.</param>
    public torch.Tensor Forward(TokenBatch batch, bool record, torch.Tensor? frozen = null) =>
        runner.Forward(batch, record, frozen);

    /// <summary>
    /// Hidden states below the lowest trained layer, the same for a batch at every step. // (T, H)
    /// </summary>
    public torch.Tensor FrozenStates(TokenBatch batch) => runner.FrozenStates(batch);

    /// <summary>
    /// Adds the gradients of the trained parameters, given that of the hidden states of the last recorded batch.
    /// </summary>
    public void Backward(torch.Tensor gradient)
    {
        runner.Backward(gradient);
        foreach (var parameter in Parameters)
            parameter.CollectGradient();
    }

    /// <summary>Puts adapters that were read from a folder in their place.</summary>
    public void UseAdapters(AdapterSet adapters) => Adapters = adapters;

    /// <summary>Adds the adapters to the weights they adapt and takes them off.</summary>
    /// <returns>Whether there were any.</returns>
    public bool MergeAdapters()
    {
        if (Adapters is null)
            return false;
        Adapters.Merge();
        Adapters = null;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        runner.Dispose();
        foreach (var parameter in Parameters)
            parameter.Dispose();
        Backbone.Dispose();
        Operations.Dispose();
    }
}
