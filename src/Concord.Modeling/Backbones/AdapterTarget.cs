using Concord.Modeling.Operations;

namespace Concord.Modeling.Backbones;

/// <summary>A linear map of a checkpoint that a low-rank adapter can be put on.</summary>
/// <param name="Module">Its name in the checkpoint without <c>.weight</c>, e.g.
/// <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Layer">The linear layer that holds it.</param>
/// <param name="FirstRow">Its first output row there.</param>
/// <param name="Rows">Its output rows.</param>
/// <param name="InterleavedHeads">As in <see cref="WeightLayout"/>.</param>
internal sealed record AdapterTarget(string Module, LinearLayer Layer, int FirstRow, int Rows, int InterleavedHeads = 0)
{
    /// <summary>The last part of the module's name, by which targets are chosen.</summary>
    public string ShortName => Module[(Module.LastIndexOf('.') + 1)..];

    /// <summary>The maps of a checkpoint that lie in linear layers, in the order of their rows.</summary>
    public static IReadOnlyList<AdapterTarget> In(params IEnumerable<LinearLayer> layers) => [.. layers.SelectMany(In)];

    private static IEnumerable<AdapterTarget> In(LinearLayer layer)
    {
        var layout = layer.Weight.Layout;
        var first = 0;
        for (var i = 0; i < layout.Names.Length; i++)
        {
            var module = layout.Names[i][..layout.Names[i].LastIndexOf('.')]; // without .weight
            yield return new AdapterTarget(module, layer, first, (int)layout.Rows[i], layout.InterleavedHeads);
            first += (int)layout.Rows[i];
        }
    }
}
