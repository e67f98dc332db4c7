using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>
/// A scheme that decides how much each source's loss counts in a batch: a pure function of the source gradients' Gram
/// matrix and the source losses. The training loop knows schemes by this only.
/// </summary>
public interface IWeighting
{
    /// <summary>
    /// Whether the weights depend on the gradients or losses of the batch; where not, they are known before its forward
    /// pass.
    /// </summary>
    bool NeedsGradients { get; }

    /// <summary>Weighs the sources of a batch.</summary>
    /// <param name="gram">⟨g_i, g_j⟩ of all K sources; those of absent ones are not looked at. May be null where
    /// <see cref="NeedsGradients"/> is false.</param>
    /// <param name="losses">L_i, (K); not looked at for absent sources, nor where <see cref="NeedsGradients"/> is
    /// false.</param>
    /// <param name="present">Which sources have a strict pair in the batch, (K).</param>
    /// <returns>λ, (K): not negative, 0 for absent sources, sum 1 unless none is present.</returns>
    WeightingResult Weigh(GramMatrix? gram, ReadOnlySpan<double> losses, ReadOnlySpan<bool> present);
}
