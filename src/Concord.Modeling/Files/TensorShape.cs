namespace Concord.Modeling.Files;

/// <summary>A tensor a model has: its name in Hugging Face's files and its dimensions.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">The dimensions.</param>
public sealed record TensorShape(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));
}
