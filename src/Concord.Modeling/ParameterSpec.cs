namespace Concord.Modeling;

/// <summary>What a backbone asks for when it is built.</summary>
/// <param name="Name">The parameter's own name.</param>
/// <param name="Layout">The checkpoint tensors in it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Start">How it begins in a model made from scratch.</param>
internal sealed record ParameterSpec(string Name, WeightLayout Layout, long[] Shape, ParameterStart Start)
{
    /// <summary>One checkpoint tensor of the same name.</summary>
    public static ParameterSpec Single(string name, long[] shape, ParameterStart start) =>
        new(name, WeightLayout.Single(name, shape[0]), shape, start);
}
