using System.Globalization;
using Concord.Training.Batches;
using Concord.Training.Losses;

namespace Concord.Training.Weightings;

/// <summary>
/// Weights that are given once and stay; in a batch that misses sources, those present share in their proportion.
/// </summary>
public sealed class StaticWeighting : IWeighting
{
    private double[] ofSources = [];

    /// <summary>A number for each source, by name; only their proportion counts.</summary>
    /// <value>Not negative, not all zero.</value>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <inheritdoc/>
    public GradientSpace Space => GradientSpace.None;

    /// <inheritdoc/>
    /// <exception cref="ConcordException">A weight is negative or not finite, all are zero, one is missing, or one
    /// names no source.</exception>
    public void Validate(IReadOnlyList<string> sources, BatchSettings batches, RankingLossSettings loss) =>
        Check(sources);

    private void Check(IReadOnlyList<string> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        foreach (var name in Weights.Keys)
            if (!sources.Contains(name))
                throw new ConcordException(
                    $"A static weight is given for the source `{name}`, which the data does not have; they have "
                        + $"{string.Join(", ", sources)}."
                );
        foreach (var name in sources)
            if (!Weights.ContainsKey(name))
                throw new ConcordException($"The source `{name}` has no static weight: give one to each source.");
        foreach (var (name, weight) in Weights)
            if (!(weight >= 0 && double.IsFinite(weight)))
                throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The static weight of {name} is {weight}, but weights are finite and not negative."
                    )
                );
        if (!(Weights.Values.Sum() > 0))
            throw new ConcordException("All static weights are zero: give at least one source a positive weight.");
    }

    /// <inheritdoc/>
    public void Start(WeightingContext run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Check(run.Sources);
        ofSources = [.. run.Sources.Select(name => Weights[name])];
    }

    /// <inheritdoc/>
    public double[] Weigh(SourceGradients gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        var weights = new double[gradients.Count];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
            sum += gradients.Present[i] ? ofSources[i] : 0;
        for (var i = 0; i < weights.Length; i++)
            weights[i] = gradients.Present[i] && sum > 0 ? ofSources[i] / sum : 0;
        return weights;
    }
}
