using TorchSharp;

namespace Concord.Modeling;

/// <summary>
/// A named weight of a model: a slot whose tensor an optimizer may replace by a view of a flat buffer.
/// </summary>
/// <remarks>
/// A parameter may hold several tensors of a checkpoint laid end to end (query, key and value as one matrix, so that
/// they are one product); <see cref="Layout"/> says which, and how to take them apart again.
/// </remarks>
public sealed class Parameter : IDisposable
{
    private torch.Tensor? value;
    private torch.Tensor? gradient;

    /// <summary>Makes a parameter of a tensor, which it then owns.</summary>
    internal Parameter(string name, torch.Tensor value, WeightLayout layout)
    {
        Name = name;
        Layout = layout;
        Shape = value.shape;
        this.value = value.DetachFromDisposeScope();
    }

    /// <summary>Makes a parameter without numbers, of which only name and shape are asked for.</summary>
    internal Parameter(string name, long[] shape, WeightLayout layout)
    {
        Name = name;
        Layout = layout;
        Shape = shape;
    }

    /// <summary>The parameter's own name within the model.</summary>
    public string Name { get; }

    /// <summary>The dimensions of the weights.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Which tensors of a Hugging Face checkpoint lie in it.</summary>
    internal WeightLayout Layout { get; }

    /// <summary>Whether training changes it. A frozen parameter gets no gradient and costs none.</summary>
    public bool Trainable { get; private set; }

    /// <summary>The weights.</summary>
    public torch.Tensor Value => value ?? throw new InvalidOperationException($"{Name} has a shape and no numbers.");

    /// <summary>
    /// Where gradients are added up, of the weights' shape, in fp32 whatever the weights are held in; null while
    /// frozen.
    /// </summary>
    public torch.Tensor? Gradient => gradient;

    /// <summary>
    /// Grows with every change of the weights that was announced by <see cref="MarkChanged"/>; copies in other
    /// precisions are kept by it.
    /// </summary>
    internal long Version { get; private set; }

    /// <summary>Makes the parameter trainable with a gradient buffer of its own, or frozen without one.</summary>
    public void SetTrainable(bool trainable)
    {
        if (trainable == Trainable)
            return;
        Trainable = trainable;
        if (trainable)
        {
            Attach(Value, torch.zeros(Value.shape, torch.ScalarType.Float32, Value.device).DetachFromDisposeScope());
            return;
        }
        Value.requires_grad_(false);
        Value.grad = null;
        gradient?.Dispose();
        gradient = null;
    }

    /// <summary>
    /// Replaces weights and gradient by tensors of the same shape (views of flat buffers, usually). The old ones are
    /// disposed of; the caller has copied what it needs. The parameter is trainable after it.
    /// </summary>
    /// <param name="newValue">The weights; may be those it has.</param>
    /// <param name="newGradient">Their gradient, fp32.</param>
    public void Attach(torch.Tensor newValue, torch.Tensor newGradient)
    {
        ArgumentNullException.ThrowIfNull(newValue);
        ArgumentNullException.ThrowIfNull(newGradient);
        if (!ReferenceEquals(newValue, value))
            value?.Dispose();
        if (gradient is not null && !ReferenceEquals(gradient, newGradient))
            gradient.Dispose();
        value = newValue.DetachFromDisposeScope();
        gradient = newGradient.DetachFromDisposeScope();
        Trainable = true;
        value.requires_grad_(true);
        // A defined gradient is added to in place by the engine of the tensor library, so plain and fused operations
        // share this buffer.
        if (gradient.dtype == value.dtype)
            value.grad = gradient;
        MarkChanged();
    }

    /// <summary>Takes in what the tensor library's engine added up in the weights' own narrower type.</summary>
    internal void CollectGradient()
    {
        if (gradient is null || gradient.dtype == Value.dtype || Value.grad is not { } narrow)
            return;
        using var mode = torch.no_grad();
        using var wide = narrow.to_type(torch.ScalarType.Float32);
        gradient.add_(wide);
        Value.grad = null;
    }

    /// <summary>Says that the weights were changed in place.</summary>
    public void MarkChanged() => Version++;

    /// <inheritdoc/>
    public void Dispose()
    {
        gradient?.Dispose();
        value?.Dispose();
    }
}
