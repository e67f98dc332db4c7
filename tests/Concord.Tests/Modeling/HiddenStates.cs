using Concord.Modeling.Language;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Tests.Modeling;

/// <summary>What a language model computes on the way to its log-probabilities.</summary>
internal static class HiddenStates
{
    /// <summary>
    /// Hidden states of all tokens above the final norm, showing the embedding (layer -1) and each layer's output on
    /// the way. // (T, H)
    /// </summary>
    public static torch.Tensor Of(LanguageModel model, TokenBatch batch, Action<int, torch.Tensor>? observe = null)
    {
        var (backbone, operations) = (model.Model.Backbone, model.Model.Operations);
        operations.Reset();
        operations.Recording = false;
        var x = backbone.Embed(operations, batch);
        observe?.Invoke(-1, x.Value);
        for (var layer = 0; layer < backbone.Config.Layers; layer++)
        {
            x = backbone.Layer(operations, x, layer, batch);
            observe?.Invoke(layer, x.Value);
        }
        var result = operations.Norm(x, backbone.FinalNorm).Value.clone();
        operations.Reset();
        return result;
    }

    /// <summary>Scores of the next token. // (T, H) -> (T, V)</summary>
    public static torch.Tensor Logits(LanguageModel model, torch.Tensor hidden) =>
        torch.nn.functional.linear(hidden, model.Head.Weight.Value);
}
