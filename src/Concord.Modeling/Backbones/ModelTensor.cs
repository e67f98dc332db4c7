namespace Concord.Modeling.Backbones;

/// <summary>A tensor a model has in Hugging Face's files.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Start">How it begins in a model that has learned nothing.</param>
internal sealed record ModelTensor(string Name, IReadOnlyList<long> Shape, ParameterStart Start)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));
}
