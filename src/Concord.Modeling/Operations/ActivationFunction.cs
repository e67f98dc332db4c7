namespace Concord.Modeling.Operations;

/// <summary>The activation functions that operations have.</summary>
internal enum ActivationFunction
{
    /// <summary>x · σ(x).</summary>
    Silu,

    /// <summary>x · Φ(x), exact.</summary>
    Gelu,

    /// <summary>Its approximation by tanh.</summary>
    GeluTanh,
}
