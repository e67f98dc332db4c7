using Concord.Foundation;

namespace Concord.Training.Losses;

/// <summary>
/// The second derivatives of the ranking loss by the rewards, in closed form and double precision: with
/// <see cref="RankingLoss.Evaluate"/> all that Newton's method needs. They are not negative, so the loss is convex in
/// the rewards, and in a linear head.
/// </summary>
/// <param name="OfDifferences">By r_w - r_l of each pair: share · τ² · sigmoid(x) sigmoid(-x), (B); margins change x
/// alone, label smoothing nothing.</param>
/// <param name="OfSums">By r_w + r_l of each pair: 2 c · share, c the coefficient of the centring, (B).</param>
public sealed record RankingCurvature(double[] OfDifferences, double[] OfSums)
{
    /// <summary>The second derivatives at given rewards, of the loss of each pair's own source.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="rewards">Rewards, (R).</param>
    /// <param name="temperatures">τ of each source, (K); empty for 1.</param>
    public static RankingCurvature Of(
        RankingPairs pairs,
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<double> temperatures = default
    )
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var (differences, sums) = (new double[pairs.Winners.Length], new double[pairs.Winners.Length]);
        for (var p = 0; p < differences.Length; p++)
        {
            var temperature = temperatures.IsEmpty ? 1 : temperatures[pairs.SourceOf(p)];
            var logit = temperature * (rewards[pairs.Winners[p]] - rewards[pairs.Losers[p]] - pairs.Margins[p]);
            // sigmoid(-x), not 1 - sigmoid(x): it is small where the pair is won by much
            var spread = Logistic.PreciseSigmoid(logit) * Logistic.PreciseSigmoid(-logit);
            differences[p] = pairs.Shares[p] * temperature * temperature * spread;
            sums[p] = 2 * pairs.Settings.Centering * pairs.Shares[p];
        }
        return new(differences, sums);
    }
}
