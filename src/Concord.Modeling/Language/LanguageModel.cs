using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Models;
using Concord.Modeling.Operations;
using TorchSharp;

namespace Concord.Modeling.Language;

/// <summary>
/// A causal language model: a backbone, and a projection to the vocabulary. Policies and references of alignment are of
/// this kind; a reward model is the same backbone with another head.
/// </summary>
/// <remarks>
/// Objectives see log-probabilities of response tokens as plain numbers, and give back the derivative by each:
/// supervised fine-tuning, direct preferences and policy gradients are functions of them. Not safe for use from several
/// threads at once.
/// </remarks>
public sealed class LanguageModel : IDisposable
{
    private readonly BackboneModel model;
    private Recorded? recorded;

    internal LanguageModel(IBackbone backbone, Parameter? projection, IOperations operations)
    {
        model = new BackboneModel(backbone, operations, outputsOnly: true);
        Head = new LanguageHead(projection ?? backbone.Embedding, projection is null, operations);
    }

    /// <summary>The shape of the backbone.</summary>
    public BackboneConfig Config => model.Config;

    /// <summary>All parameters: backbone, adapters, and the head where it is not the embedding.</summary>
    public IReadOnlyList<Parameter> Parameters => Head.IsTied ? model.Parameters : [.. model.Parameters, Head.Weight];

    /// <summary>Those that training changes.</summary>
    public IReadOnlyList<Parameter> TrainedParameters => [.. Parameters.Where(parameter => parameter.Trainable)];

    /// <summary>Where the parameters are.</summary>
    public torch.Device Device => model.Device;

    /// <summary>
    /// Whether a recorded forward pass keeps only the input of each layer, and <see cref="Backward"/> computes the
    /// layer once more (activation checkpointing, Chen et al. 2016). Gradients are the same to the bit.
    /// </summary>
    /// <value>Default false. To be set between batches, not between a forward and a backward pass.</value>
    public bool ActivationCheckpointing
    {
        get => model.ActivationCheckpointing;
        set => model.ActivationCheckpointing = value;
    }

    /// <summary>Whether the products of linear layers and of the head take bf16 factors.</summary>
    public bool HasBf16Products => model.HasBf16Products;

    /// <summary>
    /// Whether what is computed for a prompt and its responses has the same bits whatever else is in their batch: on
    /// the CPU in fp32.
    /// </summary>
    public bool IsBatchInvariant => model.Operations.IsBatchInvariant;

    internal LanguageHead Head { get; }

    internal BackboneModel Model => model;

    /// <summary>Opens a Hugging Face folder of a <c>..ForCausalLM</c>, its projection tied or not.</summary>
    /// <exception cref="ConcordException">The folder is no such model; the message names file and
    /// tensor.</exception>
    public static LanguageModel Load(string folder, LanguageModelOptions? options = null)
    {
        options ??= new LanguageModelOptions();
        return Load(folder, options, OperationsFactory.For(options.Device, options.Bf16Products));
    }

    internal static LanguageModel Load(string folder, LanguageModelOptions options, IOperations operations)
    {
        var config = BackboneConfig.Read(folder);
        using var reader = CheckpointReader.Open(folder);
        Parameter? projection = null;
        if (ModelTensors.LanguageModelHead(config) is { } expected)
        {
            // transformers calls GPT-NeoX's by either name
            var name = Array.Find(BackboneFactory.VocabularyProjections, reader.Contains) ?? expected.Name;
            projection = new CheckpointParameterSource(reader, options.WeightType, options.Device).Make(
                ParameterSpec.Single(name, [.. expected.Shape], ParameterStart.Normal)
            );
        }
        var backbone = BackboneFactory.Load(
            config,
            reader,
            options.WeightType,
            options.Device,
            projection is null ? BackboneFactory.VocabularyProjections : []
        );
        return new LanguageModel(backbone, projection, operations);
    }

    /// <summary>Chooses what training changes; gradient buffers are made for it.</summary>
    /// <param name="parts">The part. The projection belongs to <see cref="TrainedParts.Full"/> and is
    /// <see cref="TrainedParts.Head"/>; last layers and adapters leave it as it is.</param>
    /// <param name="lastLayers">n, for <see cref="TrainedParts.LastLayers"/>: 1 to the number of layers.</param>
    /// <param name="lora">The adapters, for <see cref="TrainedParts.Adapters"/>; null for the defaults.</param>
    /// <exception cref="ConcordException">The model has not that many layers, a LoRA target is unknown, or
    /// the projection alone is asked for and is the embedding too.</exception>
    public void SetTrained(TrainedParts parts, int lastLayers = 0, LoraSettings? lora = null)
    {
        if (parts == TrainedParts.Head && Head.IsTied)
            throw new ConcordException(
                "Training the head alone was asked for; this model's projection to the vocabulary is its embedding "
                    + "too. Choose full, the last layers or adapters."
            );
        model.SetTrained(parts, lastLayers, lora);
        if (!Head.IsTied)
            Head.Weight.SetTrainable(parts is TrainedParts.Full or TrainedParts.Head);
    }

    /// <summary>
    /// log p(token | prompt, the response's tokens before it), natural logarithm, of every response token. // (M)
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="record">Whether <see cref="Backward"/> is to follow.</param>
    public double[] LogProbabilities(LanguageBatch batch, bool record = false)
    {
        Forget();
        var hidden = model.Forward(batch.Tokens, record); // (N, H)
        var result = Head.LogProbabilities(hidden, batch.Targets);
        if (record)
            recorded = new(batch, hidden, result);
        else
            hidden.Dispose();
        return result.Values;
    }

    /// <summary>
    /// Adds to the gradients of the trained parameters, given the derivative of the loss by each log-probability of the
    /// last recorded batch. // M values
    /// </summary>
    /// <exception cref="InvalidOperationException">No batch was recorded, or the number of tokens is
    /// another.</exception>
    public void Backward(IReadOnlyList<double> gradients)
    {
        if (recorded is null || recorded.Batch.TargetCount != gradients.Count)
            throw new InvalidOperationException(
                "Backward follows recorded LogProbabilities, with one value for each of their tokens."
            );
        using (var gradient = Head.Backward(recorded.Hidden, recorded.Batch.Targets, recorded.Result, gradients))
            model.Backward(gradient);
        Head.Weight.CollectGradient();
        Forget();
    }

    /// <summary>Adds the adapters to the weights they adapt and takes them off.</summary>
    /// <returns>Whether there were any.</returns>
    public bool MergeAdapters() => model.MergeAdapters();

    private void Forget()
    {
        recorded?.Hidden.Dispose();
        recorded = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        if (!Head.IsTied)
            Head.Weight.Dispose();
        model.Dispose();
    }

    /// <summary>What a backward pass needs of its forward pass.</summary>
    private sealed record Recorded(LanguageBatch Batch, torch.Tensor Hidden, TokenLogProbabilities Result);
}
