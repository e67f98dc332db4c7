namespace Concord.Modeling.Backbones;

/// <summary>The non-linearity of the feed-forward block.</summary>
public enum BackboneActivation
{
    /// <summary>x·sigmoid(x); <c>silu</c>, <c>swish</c>.</summary>
    Silu,

    /// <summary>x·Φ(x), exact by the error function; <c>gelu</c>, <c>gelu_python</c>.</summary>
    Gelu,

    /// <summary>
    /// The tanh approximation of <see cref="Gelu"/>; <c>gelu_new</c>, <c>gelu_fast</c>,
    /// <c>gelu_pytorch_tanh</c>, <c>gelu_python_tanh</c>.
    /// </summary>
    GeluTanh,
}
