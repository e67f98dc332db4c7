using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling;

/// <summary>
/// A language model: a backbone with a projection to the vocabulary. Policies and references of alignment are of this
/// kind; a reward model is the same backbone with another head.
/// </summary>
internal sealed class CausalModel : IDisposable
{
    private readonly IOperations operations;
    private readonly Parameter? projection; // (V, H); null where the embedding serves

    private CausalModel(IBackbone backbone, Parameter? projection, IOperations operations)
    {
        Backbone = backbone;
        this.projection = projection;
        this.operations = operations;
    }

    /// <summary>The backbone.</summary>
    public IBackbone Backbone { get; }

    /// <summary>Loads a Hugging Face folder.</summary>
    /// <exception cref="ConcordException">The folder is no such model; the message names file and
    /// tensor.</exception>
    public static CausalModel Load(
        string folder,
        IOperations operations,
        torch.ScalarType type = torch.ScalarType.Float32,
        torch.Device? device = null
    )
    {
        var config = BackboneConfig.Read(folder);
        using var reader = CheckpointReader.Open(folder);
        var source = new CheckpointParameterSource(reader, type, device ?? torch.CPU);
        var name = config.Family.LanguageModelHeadName;
        var projection = config.TiedEmbeddings
            ? null
            : source.Make(
                ParameterSpec.Single(name, [config.VocabularySize, config.HiddenSize], ParameterStart.Normal)
            );
        return new CausalModel(
            BackboneFactory.Load(config, reader, type, device ?? torch.CPU, config.TiedEmbeddings ? [name] : []),
            projection,
            operations
        );
    }

    /// <summary>The hidden states of all tokens, above the final norm. // (T, H)</summary>
    public torch.Tensor Hidden(PackedBatch batch) => Hidden(batch, (_, _) => { });

    /// <summary>The same, showing the embedding (layer -1) and each layer's output on the way.</summary>
    public torch.Tensor Hidden(PackedBatch batch, Action<int, torch.Tensor> observe)
    {
        operations.Reset();
        operations.Recording = false;
        var x = Backbone.Embed(operations, batch);
        observe(-1, x.Value);
        for (var layer = 0; layer < Backbone.Config.Layers; layer++)
        {
            x = Backbone.Layer(operations, x, layer, batch);
            observe(layer, x.Value);
        }
        var result = operations.Norm(x, Backbone.FinalNorm).Value.clone();
        operations.Reset();
        return result;
    }

    /// <summary>Scores of the next token. // (T, H) -> (T, V)</summary>
    public torch.Tensor Logits(torch.Tensor hidden) =>
        torch.nn.functional.linear(hidden, (projection ?? Backbone.Embedding).Value);

    /// <inheritdoc/>
    public void Dispose()
    {
        projection?.Dispose();
        Backbone.Dispose();
        operations.Dispose();
    }
}
