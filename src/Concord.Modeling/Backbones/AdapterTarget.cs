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
}
