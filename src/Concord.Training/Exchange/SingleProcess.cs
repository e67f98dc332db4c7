using TorchSharp;

namespace Concord.Training.Exchange;

/// <summary>A run of one process: nothing to add.</summary>
internal sealed class SingleProcess : IGradientExchange
{
    /// <inheritdoc/>
    public void Sum(Span<double> values) { }

    /// <inheritdoc/>
    public void Sum(torch.Tensor gradients) { }
}
