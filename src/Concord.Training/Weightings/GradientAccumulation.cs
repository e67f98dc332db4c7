namespace Concord.Training.Weightings;

/// <summary>
/// How the gradient of a batch is found that is computed in several micro-batches and whose coefficients depend on all
/// of them. Both ways are exact.
/// </summary>
public enum GradientAccumulation
{
    /// <summary>
    /// Buffers where they take at most 1 GiB, as with adapters, few trained layers or small models; else the second
    /// pass.
    /// </summary>
    Auto,

    /// <summary>
    /// A forward pass of all micro-batches finds the coefficients, a second is followed by the backward pass: a pass
    /// more, no memory.
    /// </summary>
    SecondForward,

    /// <summary>
    /// The gradient of each source is kept by itself until the coefficients are known: no pass more, K times the memory
    /// of the trained parameters.
    /// </summary>
    GradientBuffers,
}
