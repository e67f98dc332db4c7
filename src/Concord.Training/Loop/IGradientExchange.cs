using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// The one place where gradients of other processes are added: a run of one process has <see cref="SingleProcess"/>.
/// </summary>
public interface IGradientExchange
{
    /// <summary>Adds up the gradients of all trained parameters over the processes, in place. // (N), fp32</summary>
    void Sum(torch.Tensor gradients);

    /// <summary>
    /// Adds up a few numbers over the processes, in place: source losses and head gradients, before a weighting is
    /// solved.
    /// </summary>
    void Sum(Span<double> values);
}

/// <summary>A run of one process: nothing to add.</summary>
public sealed class SingleProcess : IGradientExchange
{
    /// <inheritdoc/>
    public void Sum(torch.Tensor gradients) { }

    /// <inheritdoc/>
    public void Sum(Span<double> values) { }
}
