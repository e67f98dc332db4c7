using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>
/// Takes a batch through a backbone to the hidden states that rewards are read from, and their gradient back.
/// Nothing below the lowest trained layer is recorded; the last layer is computed at the reward positions only, where
/// the pooling allows.
/// </summary>
internal sealed class BackboneRunner(IBackbone backbone, IOperations operations, Pooling pooling) : IDisposable
{
    private Variable? top;
    private PooledStates? pooled;

    /// <summary>
    /// Whether only the input of each recorded layer is kept and the layer computed once more on the way back. The last
    /// layer is gone back through at once and keeps its values.
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
    /// Whether nothing of the backbone is trained: the hidden states at the reward positions are then all that a step
    /// needs.
    /// </summary>
    public bool HeadOnly => FirstTrainedLayer == backbone.Config.Layers && !backbone.FinalNorm.Weight.Trainable;

    private bool TopOnly => pooling is Pooling.Last or Pooling.Eos;

    /// <summary>
    /// The hidden states below the lowest trained layer, which no training step changes. // (T, H), or (R, H) where
    /// only the head is trained
    /// </summary>
    public torch.Tensor FrozenStates(PackedBatch batch)
    {
        if (HeadOnly)
            return Forward(batch, record: false);
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

    /// <summary>Hidden states at the reward positions. // (R, H), a copy the caller owns</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="record">Whether <see cref="Backward"/> is to follow.</param>
    /// <param name="frozen">What <see cref="FrozenStates"/> gave for this batch, or null to compute it.</param>
    public torch.Tensor Forward(PackedBatch batch, bool record, torch.Tensor? frozen = null)
    {
        Release();
        if (frozen is not null && HeadOnly)
            return frozen.alias().DetachFromDisposeScope();
        var first = FirstTrainedLayer;
        int last = backbone.Config.Layers - 1,
            start = frozen is null ? 0 : Math.Min(first, last);
        operations.Recording = record && backbone.Embedding.Trainable;
        var x = frozen is null ? backbone.Embed(operations, batch) : operations.Input(frozen);
        for (var layer = start; layer <= last; layer++)
        {
            operations.Recording = record && layer >= first;
            x = layer == last && TopOnly ? backbone.RewardLayer(operations, x, batch) : Layer(x, layer);
        }
        operations.Recording = record && (first <= last || backbone.FinalNorm.Weight.Trainable);
        x = operations.Norm(x, backbone.FinalNorm);
        top = x;
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var states = x.Value.detach();
        if (!TopOnly)
            (states, pooled) = PooledStates.Of(states, batch, pooling);
        var result = states.to_type(torch.ScalarType.Float32).clone().DetachFromDisposeScope();
        if (!record)
            Release();
        return result;

        Variable Layer(Variable input, int layer) =>
            RecomputeLayers && layer < last
                ? operations.Recomputed(input, again => backbone.Layer(operations, again, layer, batch))
                : backbone.Layer(operations, input, layer, batch);
    }

    /// <summary>
    /// Adds the gradients of the trained parameters, given that of the hidden states of the last recorded batch. // (R,
    /// H)
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
                full = (pooled is null ? gradient : pooled.Back(gradient)).to_type(top.Value.dtype);
            operations.Backward(top, full);
        }
        Release();
    }

    /// <summary>Forgets the last recorded batch.</summary>
    public void Release()
    {
        pooled?.Dispose();
        pooled = null;
        top = null;
        operations.Reset();
    }

    private bool IsTrained(int layer) =>
        backbone.LayerParameters(layer).Any(parameter => parameter.Trainable)
        || backbone.AdapterTargets(layer).Any(target => target.Layer.Trainable);

    /// <inheritdoc/>
    public void Dispose() => Release();
}
