using Concord.Foundation;

namespace Concord.Training.Losses;

/// <summary>
/// The Bradley-Terry ranking loss of every source of a batch (paper, section 3.1), over all strictly ordered pairs of n
/// responses, in two forms that agree: differentiable, and in closed form.
/// </summary>
/// <remarks>In softplus form: -log(sigmoid(d)) overflows where the rewards differ by some hundreds.</remarks>
public static class RankingLoss
{
    /// <summary>
    /// The closed form: losses, and their derivatives by the rewards and by log τ, in double precision. Training takes
    /// this path: it needs no graph above the rewards.
    /// </summary>
    /// <param name="pairs">The pairs of the batch.</param>
    /// <param name="rewards">Rewards, (R).</param>
    /// <param name="temperatures">τ of each source, (K); empty for 1.</param>
    public static RankingLossResult Evaluate(
        RankingPairs pairs,
        ReadOnlySpan<double> rewards,
        ReadOnlySpan<double> temperatures = default
    )
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (rewards.Length != pairs.RowCount)
            throw new ArgumentException(
                $"The batch has {pairs.RowCount} rows, but {rewards.Length} rewards were given.",
                nameof(rewards)
            );
        var settings = pairs.Settings;
        var result = new RankingLossResult(pairs);
        for (var p = 0; p < pairs.Winners.Length; p++)
        {
            var (winner, loser, source, share) = (
                pairs.Winners[p],
                pairs.Losers[p],
                pairs.SourceOf(p),
                pairs.Shares[p]
            );
            var temperature = temperatures.IsEmpty ? 1 : temperatures[source];
            var logit = temperature * (rewards[winner] - rewards[loser] - pairs.Margins[p]);
            var wrong = settings.LabelSmoothing;
            // d/dx of (1 - ε) softplus(-x) + ε softplus(x) is sigmoid(x) - 1 + ε
            var slope = wrong - Logistic.PreciseSigmoid(-logit);
            result.Losses[source] +=
                share * ((1 - wrong) * Logistic.Softplus(-logit) + (wrong > 0 ? wrong * Logistic.Softplus(logit) : 0));
            result.RewardGradients[winner] += share * slope * temperature;
            result.RewardGradients[loser] -= share * slope * temperature;
            result.LogTemperatureGradients[source] += share * slope * logit;
            if (settings.Centering == 0)
                continue;
            var sum = rewards[winner] + rewards[loser];
            result.Centering[source] += settings.Centering * share * sum * sum;
            result.RewardGradients[winner] += 2 * settings.Centering * share * sum;
            result.RewardGradients[loser] += 2 * settings.Centering * share * sum;
        }
        return result;
    }
}
