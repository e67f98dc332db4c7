using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>
/// MultiTask: every source present counts alike, λ_i = 1/K. With the pooled total it is the plain mean over all pairs.
/// </summary>
public sealed class EqualWeighting : IWeighting
{
    /// <inheritdoc/>
    public bool NeedsGradients => false;

    /// <inheritdoc/>
    public WeightingResult Weigh(GramMatrix? gram, ReadOnlySpan<double> losses, ReadOnlySpan<bool> present)
    {
        var (weights, count) = (new double[present.Length], present.Count(true));
        for (var i = 0; i < weights.Length; i++)
            weights[i] = present[i] ? 1.0 / count : 0;
        return new(weights, present.ToArray());
    }
}
