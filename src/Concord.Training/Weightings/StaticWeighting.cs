using System.Globalization;
using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>
/// Weights that are given once and stay; in a batch that misses sources, those present share in their proportion.
/// </summary>
public sealed class StaticWeighting : IWeighting
{
    private readonly double[] _weights;

    /// <summary>Fixed weights.</summary>
    /// <param name="weights">A number per source, (K), not negative, not all zero; only their proportion
    /// counts.</param>
    /// <exception cref="ConcordException">A weight is negative or not finite, or all are zero.</exception>
    public StaticWeighting(ReadOnlySpan<double> weights)
    {
        foreach (var weight in weights)
            if (!(weight >= 0 && double.IsFinite(weight)))
                throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"A static weight is {weight}, but weights are finite and not negative."
                    )
                );
        _weights = weights.ToArray();
        if (!(_weights.Sum() > 0))
            throw new ConcordException("All static weights are zero: give at least one source a positive weight.");
    }

    /// <inheritdoc/>
    public bool NeedsGradients => false;

    /// <inheritdoc/>
    public WeightingResult Weigh(GramMatrix? gram, ReadOnlySpan<double> losses, ReadOnlySpan<bool> present)
    {
        var (weights, sum) = (new double[present.Length], 0.0);
        for (var i = 0; i < weights.Length; i++)
            sum += present[i] ? _weights[i] : 0;
        for (var i = 0; i < weights.Length; i++)
            weights[i] = present[i] && sum > 0 ? _weights[i] / sum : 0;
        return new(weights, present.ToArray());
    }
}
