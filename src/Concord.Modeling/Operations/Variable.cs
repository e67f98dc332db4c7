using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// A value that flows through a model: a tensor, and for operations with a backward pass of their own the place of its
/// gradient.
/// </summary>
internal sealed class Variable
{
    private readonly Func<torch.Tensor>? compute;
    private torch.Tensor? value;

    /// <summary>A value that is there.</summary>
    public Variable(torch.Tensor value) => this.value = value;

    /// <summary>
    /// A value that is computed when it is first asked for: the backward pass needs the gradients of some and never
    /// their values.
    /// </summary>
    public Variable(Func<torch.Tensor> compute) => this.compute = compute;

    /// <summary>The value, of any shape.</summary>
    public torch.Tensor Value => value ??= compute!();

    /// <summary>The value where it is there already.</summary>
    public torch.Tensor? Computed => value;

    /// <summary>
    /// The gradient that has arrived so far; null before any has. Unused where the tensor library differentiates.
    /// </summary>
    public torch.Tensor? Gradient { get; set; }

    /// <summary>Whether anything below it is trained.</summary>
    public bool NeedsGradient { get; init; }
}
