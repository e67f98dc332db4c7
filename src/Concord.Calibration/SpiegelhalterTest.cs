using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// Spiegelhalter's test of calibration (Statistics in Medicine 5, 1986): is the Brier score what the model's own
/// probabilities promise? It needs no bins. z = Σ (y - p)(1 - 2p) / sqrt(Σ (1 - 2p)² p (1 - p)); standard normal for a
/// calibrated model, positive for an over-confident one.
/// </summary>
/// <param name="Z">The statistic; null where no probability differs from 1/2 (nothing to test), infinite where a sure
/// prediction failed and no other is uncertain.</param>
/// <param name="PValue">Two-sided; null with <paramref name="Z"/>.</param>
/// <param name="ZClustered">The same with the variance summed over clusters (Σ over clusters of the cluster's squared
/// sum), for pairs that share a prompt; null with fewer than two clusters.</param>
/// <param name="PValueClustered">Two-sided, of <paramref name="ZClustered"/>.</param>
public sealed record SpiegelhalterTest(double? Z, double? PValue, double? ZClustered, double? PValueClustered)
{
    /// <summary>Of strict pairs, each once: the other order of a pair would count the same evidence twice.</summary>
    /// <param name="differences">r_w - r_l of each pair.</param>
    /// <param name="clusters">The cluster of each pair, from 0.</param>
    /// <param name="clusterCount">How many clusters there are.</param>
    public static SpiegelhalterTest OfDifferences(
        IReadOnlyList<double> differences,
        IReadOnlyList<int> clusters,
        int clusterCount
    )
    {
        var sum = new CompensatedSum();
        var variance = new CompensatedSum();
        var ofCluster = new double[clusterCount];
        for (var i = 0; i < differences.Count; i++)
        {
            double p = Logistic.Sigmoid(differences[i]),
                q = Logistic.Sigmoid(-differences[i]);
            var term = q * (q - p); // (y - p)(1 - 2p) at y = 1
            sum.Add(term);
            variance.Add((q - p) * (q - p) * p * q);
            ofCluster[clusters[i]] += term;
        }
        var squares = new CompensatedSum();
        foreach (var value in ofCluster)
            squares.Add(value * value);
        var z = Ratio(sum.Value, variance.Value);
        var clustered = clusterCount < 2 ? null : Ratio(sum.Value, squares.Value);
        return new SpiegelhalterTest(z, PValueOf(z), clustered, PValueOf(clustered));
    }

    private static double? Ratio(double sum, double variance) =>
        variance > 0 ? sum / Math.Sqrt(variance)
        : sum == 0 ? null
        : sum / 0;

    private static double? PValueOf(double? z) => z is { } value ? NormalDistribution.TwoSidedTail(value) : null;
}
