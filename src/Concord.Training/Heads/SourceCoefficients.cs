using Concord.Training.Losses;
using Concord.Training.Weightings;

namespace Concord.Training.Heads;

/// <summary>What each source's loss counts in the one loss that an exact head minimises.</summary>
internal static class SourceCoefficients
{
    /// <summary>
    /// The coefficients of an average batch: λ where the weighting knows it before it sees gradients, else equal
    /// weights, from which a training by any weighting may start.
    /// </summary>
    /// <param name="pairs">The pairs of all comparisons that are trained on.</param>
    /// <param name="weighting">The weighting, which has been started.</param>
    /// <param name="perBatch">How many comparisons of each source a batch has on average, (K): in the pooled form a
    /// source counts by its pairs in it.</param>
    /// <returns>(K); 0 for a source without a strict pair.</returns>
    public static double[] Of(RankingPairs pairs, IWeighting weighting, double[] perBatch)
    {
        bool[] present = [.. Enumerable.Range(0, pairs.SourceCount).Select(pairs.IsPresent)];
        var known = weighting.Space == GradientSpace.None ? weighting : new EqualWeighting();
        var weights = known.Weigh(new SourceGradients(present));
        if (pairs.Settings.Total == TotalForm.Mean)
            return [.. weights.Select((weight, i) => present[i] ? weight : 0)];
        double[] units =
        [
            .. perBatch.Select(
                (count, i) => count * pairs.Units[i] / Math.Max(1, pairs.ComparisonSources.Count(of => of == i))
            ),
        ];
        var (sources, all) = (present.Count(one => one), units.Sum());
        return [.. weights.Select((weight, i) => present[i] ? sources * weight * units[i] / all : 0)];
    }
}
