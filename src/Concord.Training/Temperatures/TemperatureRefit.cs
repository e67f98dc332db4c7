using Concord.Calibration;
using Concord.Foundation;

namespace Concord.Training.Temperatures;

/// <summary>
/// Source temperatures fitted anew when a model is done, on comparisons it was not trained on: those learned beside the
/// weights follow a model that still moves, and their mean is held.
/// </summary>
internal static class TemperatureRefit
{
    private const double Reach = 6, // on log τ, either way
        Spacing = .05;

    /// <summary>
    /// For each source the τ that makes its labels most probable under sigmoid(τ (r_w - r_l)) and the prior around what
    /// was learned. A comparison counts once, however many pairs it has.
    /// </summary>
    /// <param name="sources">The sources that have a temperature, (K).</param>
    /// <param name="learned">τ as learned, (K).</param>
    /// <param name="predictions">Of comparisons set aside; a source that has none keeps what it learned.</param>
    /// <param name="priorDeviation">Standard deviation of log τ around log of what was learned.</param>
    public static double[] Fit(
        IReadOnlyList<string> sources,
        IReadOnlyList<double> learned,
        IReadOnlyList<Prediction> predictions,
        double priorDeviation
    )
    {
        var bySource = predictions.ToLookup(prediction => prediction.Source, StringComparer.Ordinal);
        return
        [
            .. sources.Select(
                (source, i) =>
                {
                    var pairs = Pairs(bySource[source]);
                    return pairs.Length == 0
                        ? learned[i]
                        : Math.Exp(Minimum(pairs, Math.Log(learned[i]), priorDeviation));
                }
            ),
        ];
    }

    private static (double Difference, double Weight)[] Pairs(IEnumerable<Prediction> predictions) =>
        [
            .. predictions.SelectMany(prediction =>
            {
                var differences = Differences(prediction).ToArray();
                return differences.Select(difference => (difference, 1.0 / differences.Length));
            }),
        ];

    private static IEnumerable<double> Differences(Prediction prediction)
    {
        for (var winner = 0; winner < prediction.Rewards.Count; winner++)
        for (var loser = 0; loser < prediction.Rewards.Count; loser++)
            if (prediction.Scores[winner] > prediction.Scores[loser])
                yield return prediction.Rewards[winner] - prediction.Rewards[loser];
    }

    // in log τ there may be more than one dip: the deepest of a grid, then down in it
    private static double Minimum((double Difference, double Weight)[] pairs, double center, double deviation)
    {
        double Loss(double log)
        {
            var tau = Math.Exp(log);
            var sum = (log - center) * (log - center) / (2 * deviation * deviation);
            foreach (var (difference, weight) in pairs)
                sum += weight * Logistic.Softplus(-tau * difference);
            return sum;
        }

        var steps = (int)Math.Round(Reach / Spacing);
        var best =
            center + Spacing * Enumerable.Range(-steps, 2 * steps + 1).MinBy(step => Loss(center + Spacing * step));
        return GoldenSection.Minimum(Loss, best - Spacing, best + Spacing);
    }
}
