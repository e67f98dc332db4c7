using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Models;

/// <summary>
/// Takes a batch through a backbone to the hidden states that a head reads, and their gradient back. Nothing below the
/// lowest trained layer is recorded.
/// </summary>
/// <param name="backbone">The backbone.</param>
/// <param name="operations">What it computes with.</param>
/// <param name="outputsOnly">Whether the last layer is computed at the batch's output positions only; else hidden
/// states of all tokens are given.</param>
internal sealed class BackboneRunner(IBackbone backbone, IOperations operations, bool outputsOnly) : IDisposable
{
    private Variable? top;

    /// <summary>
    /// Whether only the input of each recorded layer is kept and the layer computed once more in the backward pass. The
    /// last layer comes first there and keeps its values.
    /// </summary>
    public bool RecomputeLayers { get; set; }

    /// <summary>
    /// The lowest layer with a trained parameter in it or below it; the number of layers where only the head is
    /// trained.
    /// </summary>
    public int FirstTrainedLayer
    {
        get
        {
            if (backbone.Embedding.Trainable)
                return 0;
            for (var layer = 0; layer < backbone.Config.Layers; layer++)
                if (IsTrained(layer))
                    return layer;
            return backbone.Config.Layers;
        }
    }

    /// <summary>
    /// Whether nothing of the backbone is trained: the hidden states that the head reads are then all that a step
    /// needs.
    /// </summary>
    public bool HeadOnly => FirstTrainedLayer == backbone.Config.Layers && !backbone.FinalNorm.Weight.Trainable;

    /// <summary>
    /// The hidden states below the lowest trained layer, which no training step changes. // (T, H)
    /// </summary>
    public torch.Tensor FrozenStates(TokenBatch batch)
    {
        operations.Reset();
        operations.Recording = false;
        var x = backbone.Embed(operations, batch);
        var end = Math.Min(FirstTrainedLayer, backbone.Config.Layers - 1);
        for (var layer = 0; layer < end; layer++)
            x = backbone.Layer(operations, x, layer, batch);
        var states = x.Value.clone().DetachFromDisposeScope();
        operations.Reset();
        return states;
    }

    /// <summary>
    /// Hidden states above the final norm. // (N, H), or (T, H) of all tokens; a copy the caller owns
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="record">Whether <see cref="Backward"/> is to follow.</param>
    /// <param name="frozen">What <see cref="FrozenStates"/> gave for this batch, or null to compute it.</param>
    /// <exception cref="InvalidOperationException">A batch whose keys come from elsewhere is to be recorded: no
    /// gradient would reach them.</exception>
    public torch.Tensor Forward(TokenBatch batch, bool record, torch.Tensor? frozen = null)
    {
        Release();
        if (record && batch.KeysValues is not null)
            throw new InvalidOperationException("Keys and values that were kept have no backward pass.");
        var first = FirstTrainedLayer;
        int last = backbone.Config.Layers - 1,
            start = frozen is null ? 0 : Math.Min(first, last);
        operations.Recording = record && backbone.Embedding.Trainable;
        var x = frozen is null ? backbone.Embed(operations, batch) : operations.Input(frozen);
        for (var layer = start; layer <= last; layer++)
        {
            operations.Recording = record && layer >= first;
            x = layer == last && outputsOnly ? backbone.OutputLayer(operations, x, batch) : Layer(x, layer);
        }
        operations.Recording = record && (first <= last || backbone.FinalNorm.Weight.Trainable);
        x = operations.Norm(x, backbone.FinalNorm);
        top = x;
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var result = x.Value.detach().to_type(torch.ScalarType.Float32).clone().DetachFromDisposeScope();
        if (!record)
            Release();
        return result;

        Variable Layer(Variable input, int layer) =>
            RecomputeLayers && layer < last
                ? operations.Recomputed(input, again => backbone.Layer(operations, again, layer, batch))
                : backbone.Layer(operations, input, layer, batch);
    }

    /// <summary>
    /// Adds the gradients of the trained parameters, given that of the hidden states of the last recorded batch, of
    /// their shape.
    /// </summary>
    public void Backward(torch.Tensor gradient)
    {
        if (HeadOnly)
            return;
        if (top is null)
            throw new InvalidOperationException("Nothing was recorded: call Forward with record first.");
        using (var scope = torch.NewDisposeScope())
        {
            torch.Tensor full;
            using (torch.no_grad())
                full = gradient.to_type(top.Value.dtype);
            operations.Backward(top, full);
        }
        Release();
    }

    /// <summary>Forgets the last recorded batch.</summary>
    public void Release()
    {
        top = null;
        operations.Reset();
    }

    private bool IsTrained(int layer) =>
        backbone.LayerParameters(layer).Any(parameter => parameter.Trainable)
        || backbone.AdapterTargets(layer).Any(target => target.Layer.Trainable);

    /// <inheritdoc/>
    public void Dispose() => Release();
}
