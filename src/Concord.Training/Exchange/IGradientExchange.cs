using TorchSharp;

namespace Concord.Training.Exchange;

/// <summary>
/// The one place where the sums of other processes enter, each of which takes its own part of every batch through a
/// model of the same weights. All call it in the same order: at a step the counts of pairs by source come first, so
/// that source losses are means over the pairs of all processes; then source losses and head gradients, so that every
/// process solves for the weights λ of the whole batch; then the gradients of all trained parameters.
/// </summary>
/// <remarks>Under <see cref="Weightings.WeightingScope.MicroBatch"/> each process solves for its own micro-batches, as
/// the authors' code does, and only their number and the gradients of all trained parameters are exchanged.</remarks>
public interface IGradientExchange
{
    /// <summary>Adds up a few numbers over the processes, in place.</summary>
    void Sum(Span<double> values);

    /// <summary>Adds up gradients of all trained parameters over the processes, in place. // (N) or (K, N),
    /// fp32</summary>
    void Sum(torch.Tensor gradients);
}
