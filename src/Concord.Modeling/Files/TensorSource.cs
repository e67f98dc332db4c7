using static TorchSharp.torch;

namespace Concord.Modeling.Files;

/// <summary>
/// A tensor to be written: its name, shape and type are known before, its values only when its turn comes, so that a
/// file larger than memory can be written.
/// </summary>
public sealed class TensorSource
{
    private readonly Func<IEnumerable<Tensor>> parts;
    private readonly bool temporary;

    private TensorSource(
        string name,
        IReadOnlyList<long> shape,
        ScalarType type,
        Func<IEnumerable<Tensor>> parts,
        bool temporary
    )
    {
        (Name, Shape, Type, this.parts, this.temporary) = (name, shape, type, parts, temporary);
    }

    /// <summary>Name of the tensor in the file.</summary>
    public string Name { get; }

    /// <summary>Its dimensions.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The type it is stored in.</summary>
    public ScalarType Type { get; }

    /// <summary>A tensor that is there already and stays the caller's.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="tensor">The values, on any device.</param>
    /// <param name="type">The type to store; null for the tensor's own.</param>
    public static TensorSource Of(string name, Tensor tensor, ScalarType? type = null) =>
        new(name, tensor.shape, type ?? tensor.dtype, () => [tensor], temporary: false);

    /// <summary>
    /// A tensor that is made part by part when it is written; each part is disposed of before the next is made.
    /// </summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="shape">The dimensions of the whole.</param>
    /// <param name="type">The type to store; the values are converted where theirs is another.</param>
    /// <param name="parts">Makes the parts, of any shape, in the order of the tensor's elements; called once for each
    /// writing.</param>
    public static TensorSource InParts(
        string name,
        IReadOnlyList<long> shape,
        ScalarType type,
        Func<IEnumerable<Tensor>> parts
    ) => new(name, shape, type, parts, temporary: true);

    /// <summary>Number of elements.</summary>
    internal long Count => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <summary>Hands the values to <paramref name="use"/> and disposes of them where they were made for it.</summary>
    internal void Use(Action<Tensor> use)
    {
        long given = 0;
        foreach (var part in parts())
        {
            try
            {
                given += part.NumberOfElements;
                use(part);
            }
            finally
            {
                if (temporary)
                    part.Dispose();
            }
        }
        if (given != Count)
            throw new InvalidOperationException(
                $"Tensor {Name} was announced as [{string.Join(", ", Shape)}] and came with {given} elements."
            );
    }
}
