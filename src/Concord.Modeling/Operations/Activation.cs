using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>A value that flows through a model: a tensor, and for operations with a backward pass of their own the place of its gradient.</summary>
internal sealed class Activation(torch.Tensor value)
{
    /// <summary>The value, of any shape.</summary>
    public torch.Tensor Value { get; } = value;

    /// <summary>The gradient that has arrived so far; null before any has. Unused where the tensor library differentiates.</summary>
    public torch.Tensor? Gradient { get; set; }

    /// <summary>Whether anything below it is trained.</summary>
    public bool NeedsGradient { get; init; }
}
