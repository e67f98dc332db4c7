using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Models;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Records;
using Concord.Tokenization;
using Concord.Tokenization.Comparisons;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>
/// r(x, y) = &lt;w, z&gt;: a backbone, and a linear head without bias on the hidden state of one position of each text
/// (paper, section 2).
/// </summary>
/// <remarks>Not safe for use from several threads at once.</remarks>
public sealed class RewardModel : IDisposable
{
    private readonly BackboneModel model;
    private readonly RewardHead head;
    private torch.Tensor? recorded; // z of the batch that was recorded, (R, H)
    private Tokenizer? tokenizer;
    private PooledStates? pooled; // of the same batch, where the pooling takes more than one position

    internal RewardModel(IBackbone backbone, Parameter head, Pooling pooling, IOperations operations)
    {
        model = new BackboneModel(backbone, operations, outputsOnly: ReadsOnePosition(pooling));
        (this.head, Pooling) = (new RewardHead(head), pooling);
    }

    /// <summary>The head w. // (1, H), fp32</summary>
    public Parameter Head => head.Weight;

    /// <summary>Which position a reward is read from.</summary>
    public Pooling Pooling { get; }

    /// <summary>The shape of the backbone.</summary>
    public BackboneConfig Config => model.Config;

    /// <summary>All parameters: backbone, adapters, head.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. model.Parameters, Head];

    /// <summary>Those that training changes.</summary>
    public IReadOnlyList<Parameter> TrainedParameters => [.. Parameters.Where(parameter => parameter.Trainable)];

    /// <summary>Where the parameters are.</summary>
    public torch.Device Device => Head.Value.device;

    /// <summary>
    /// The lowest layer that training changes; below it hidden states can be kept from epoch to epoch. The number of
    /// layers where only the head is trained.
    /// </summary>
    public int FirstTrainedLayer => model.FirstTrainedLayer;

    /// <summary>
    /// What belongs to the model beyond its weights: pooling, rendering, truncation, sources and their temperatures,
    /// the rewards' mean and standard deviation.
    /// </summary>
    public ConcordModelSettings Settings { get; set; } = new();

    /// <summary>
    /// The folder the backbone was read from; null for a model made in memory. Its tokenizer goes with the model.
    /// </summary>
    public string? SourceFolder { get; init; }

    /// <summary>
    /// The folder that was opened: <see cref="SourceFolder"/>, or the adapters' that name it as their base; null for a
    /// model made in memory.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>The rendering that was asked for when the model was opened; null where its folder decides.</summary>
    public string? AskedRendering { get; init; }

    /// <summary>The tokenizer of its folder, or of its base's; null where neither has one. Read when first
    /// needed.</summary>
    internal Tokenizer? Tokenizer =>
        tokenizer ??= new[] { Folder, SourceFolder }.OfType<string>().FirstOrDefault(ModelFolder.HasTokenizer)
            is { } folder
            ? Tokenizer.Load(folder)
            : null;

    /// <summary>
    /// The folder whose tokenizer and chat template read its texts: <see cref="Folder"/> where that has a tokenizer,
    /// else <see cref="SourceFolder"/>, as for an adapter that was saved without one.
    /// </summary>
    public string? TextFolder => Folder is { } own && ModelFolder.HasTokenizer(own) ? own : SourceFolder ?? Folder;

    /// <summary>
    /// Where the head came from when the folder was opened: the tensor and file it was found in, or that it was made
    /// new; a phrase for people.
    /// </summary>
    public string HeadOrigin { get; init; } = "made in memory";

    /// <summary>
    /// What was out of the ordinary when the folder was opened, a sentence each: names of wrappers taken off, a head
    /// under another name or with a bias, keys and files left aside.
    /// </summary>
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    /// <summary>What a person is told when the folder was opened: the head's origin, and the notes.</summary>
    public IEnumerable<string> Opening => Notes.Prepend($"Reward head: {HeadOrigin}.");

    /// <summary>
    /// What the product of each adapter's matrices is multiplied by; one value where it is the same for all, none
    /// without adapters.
    /// </summary>
    public IReadOnlyList<double> AdapterScales => Adapters?.Scales ?? [];

    /// <summary>Opens a Hugging Face folder, one with a LoRA adapter whose base lies where it says, or a run's folder
    /// for the model in it.</summary>
    /// <exception cref="ConcordException">The folder is no such model, or has no head where one is needed;
    /// the message names file and tensor.</exception>
    public static RewardModel Load(string folder, RewardModelOptions? options = null)
    {
        options ??= new RewardModelOptions();
        return RewardModelLoader.Load(folder, options, OperationsFactory.For(options.Device, options.Bf16Products));
    }

    /// <summary>
    /// Saves a folder that <c>AutoModelForSequenceClassification</c> loads. What is Concord's own lies in
    /// <c>concord.json</c>. The folder is opened again and compared before it takes its place.
    /// </summary>
    /// <param name="folder">Where to; a folder there that Concord saved a model in is replaced, but for files in it
    /// that
    /// it did not write.</param>
    /// <param name="sample">Comparisons whose rewards are compared; null for a few random texts.</param>
    /// <param name="padId">The padding id where the backbone's config names none.</param>
    /// <exception cref="ConcordException">The folder is the one the model was read from, holds something else, or
    /// cannot
    /// be written, or pooling <c>eos</c> meets a padding id that is the end-of-text id.</exception>
    public void Save(string folder, IReadOnlyList<TokenizedComparison>? sample = null, int? padId = null) =>
        RewardModelWriter.Save(this, folder, sample, padId);

    /// <summary>Saves adapters and head in PEFT's form, without the base.</summary>
    /// <param name="folder">As in <see cref="Save"/>.</param>
    /// <param name="sample">As in <see cref="Save"/>.</param>
    /// <exception cref="ConcordException">The folder is the one the model or its base was read from, holds something
    /// else, or cannot be written.</exception>
    public void SaveAdapter(string folder, IReadOnlyList<TokenizedComparison>? sample = null) =>
        RewardModelWriter.SaveAdapter(this, folder, sample);

    /// <summary>
    /// Whether a recorded <see cref="Forward"/> keeps only the input of each layer, and <see cref="Backward"/> computes
    /// the layer once more (activation checkpointing, Chen et al. 2016). Gradients are the same to the bit.
    /// </summary>
    /// <value>Default false. To be set between batches, not between a forward and a backward pass.</value>
    public bool ActivationCheckpointing
    {
        get => model.ActivationCheckpointing;
        set => model.ActivationCheckpointing = value;
    }

    /// <summary>
    /// Whether the products of linear layers take bf16 factors, on whose rounding a reward then depends in its third
    /// digit.
    /// </summary>
    public bool HasBf16Products => model.HasBf16Products;

    /// <summary>The token embedding. // (V, H)</summary>
    public Parameter Embedding => Backbone.Embedding;

    /// <summary>The settings of its adapters; null where it has none.</summary>
    public LoraSettings? AdapterSettings => Adapters?.Settings;

    internal IBackbone Backbone => model.Backbone;

    internal AdapterSet? Adapters => model.Adapters;

    /// <summary>Chooses what training changes; gradient buffers are made for it.</summary>
    /// <param name="parts">The part. The head always belongs to it.</param>
    /// <param name="lastLayers">n, for <see cref="TrainedParts.LastLayers"/>: 1 to the number of layers.</param>
    /// <param name="lora">The adapters, for <see cref="TrainedParts.Adapters"/>; null for the defaults.</param>
    /// <exception cref="ConcordException">The model has not that many layers, or a LoRA target is
    /// unknown.</exception>
    public void SetTrained(TrainedParts parts, int lastLayers = 0, LoraSettings? lora = null)
    {
        model.SetTrained(parts, lastLayers, lora);
        Head.SetTrainable(true);
    }

    /// <summary>Rewards of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="record">Whether <see cref="Backward"/> is to follow.</param>
    /// <param name="frozen">What <see cref="FrozenStates"/> gave for the batch, or null to compute it.</param>
    public RewardOutput Forward(PackedBatch batch, bool record = false, torch.Tensor? frozen = null)
    {
        Forget();
        var hidden = Hidden(batch, record, frozen); // (R, H)
        if (record)
            recorded = hidden.alias().DetachFromDisposeScope();
        return new RewardOutput(hidden, WithConstant(head.Project(hidden)));
    }

    /// <summary>The parameters below the lowest trained layer, on which <see cref="FrozenStates"/> depend.</summary>
    internal IEnumerable<Parameter> FrozenParameters => model.FrozenParameters;

    /// <summary>
    /// Whether what is computed for a comparison has the same bits whatever else is in its batch: on the CPU in fp32.
    /// </summary>
    public bool IsBatchInvariant => model.Operations.IsBatchInvariant;

    /// <summary>
    /// Hidden states below the lowest trained layer, the same for a batch at every step. // (T, H), or (R, H) where
    /// only the head is trained
    /// </summary>
    public torch.Tensor FrozenStates(PackedBatch batch) =>
        model.IsFrozen ? Hidden(batch, record: false) : model.FrozenStates(batch.Tokens);

    /// <summary>
    /// Adds to the gradients of the trained parameters, given the derivative of the loss by each reward of the last
    /// recorded batch. // R values
    /// </summary>
    /// <exception cref="InvalidOperationException">No batch was recorded, or the number of rewards is
    /// another.</exception>
    public void Backward(IReadOnlyList<double> rewardGradients)
    {
        if (recorded is null || recorded.shape[0] * head.Rewards != rewardGradients.Count)
            throw new InvalidOperationException(
                "Backward follows a recorded Forward, with one value for each of its rewards."
            );
        using var scope = torch.NewDisposeScope();
        var gradient = head.Backward(recorded, rewardGradients); // (R, H)
        using (torch.no_grad())
            gradient = pooled?.Back(gradient) ?? gradient;
        model.Backward(gradient);
        Head.CollectGradient();
        Forget();
    }

    /// <summary>Adds the adapters to the weights they adapt and takes them off.</summary>
    /// <returns>Whether there were any.</returns>
    public bool MergeAdapters() => model.MergeAdapters();

    internal void UseAdapters(AdapterSet adapters) => model.UseAdapters(adapters);

    /// <summary>
    /// Rewards of a batch under the adapters and the head of a folder, over this model's own base; the model's own
    /// adapters are put back.
    /// </summary>
    internal double[] RewardsUnder(string adapterFolder, PackedBatch batch)
    {
        Forget();
        Adapters?.TakeOff();
        AdapterSet? others = null;
        try
        {
            (others, var otherHead) = RewardModelLoader.LoadAdapters(adapterFolder, Backbone, Device);
            using (otherHead)
            {
                using var hidden = Hidden(batch, record: false);
                return WithConstant(RewardHead.Project(hidden, otherHead));
            }
        }
        finally
        {
            others?.TakeOff();
            foreach (var parameter in others?.Parameters ?? [])
                parameter.Dispose();
            Adapters?.PutOn();
        }
    }

    private double[] WithConstant(double[] rewards)
    {
        if (Settings.RewardConstant is { } constant)
            for (var i = 0; i < rewards.Length; i++)
                rewards[i] += constant;
        return rewards;
    }

    // z of each row // (R, H), the caller's
    private torch.Tensor Hidden(PackedBatch batch, bool record, torch.Tensor? frozen = null)
    {
        if (frozen is not null && model.IsFrozen)
            return frozen.alias().DetachFromDisposeScope();
        var states = model.Forward(batch.Tokens, record, frozen);
        if (ReadsOnePosition(Pooling))
            return states;
        using var all = states;
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var (result, way) = PooledStates.Of(all, batch, Pooling);
        if (record)
            pooled = way;
        else
            way.Dispose();
        return result.DetachFromDisposeScope();
    }

    // the last layer is then computed at that position only
    private static bool ReadsOnePosition(Pooling pooling) => pooling is Pooling.Last or Pooling.Eos;

    private void Forget()
    {
        recorded?.Dispose();
        pooled?.Dispose();
        (recorded, pooled) = (null, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        Head.Dispose();
        model.Dispose();
    }
}
