namespace Concord.Calibration;

/// <summary>The calibration errors of one set of probabilities in one binning.</summary>
/// <param name="Ece">Σ_m |B_m|/N · |acc(B_m) - conf(B_m)|; null for an empty set.</param>
/// <param name="Ace">The mean of |acc - conf| over the non-empty bins; null for an empty set.</param>
/// <param name="Mce">The largest |acc - conf| of a non-empty bin; null for an empty set.</param>
/// <param name="Counts">|B_m| of each bin.</param>
/// <param name="Edges">The edges, one more than bins.</param>
/// <param name="Confidences">conf(B_m), the mean probability of each bin; null where empty.</param>
/// <param name="Frequencies">acc(B_m), the mean outcome of each bin; null where empty.</param>
public sealed record CalibrationError(
    double? Ece,
    double? Ace,
    double? Mce,
    IReadOnlyList<int> Counts,
    IReadOnlyList<double> Edges,
    IReadOnlyList<double?> Confidences,
    IReadOnlyList<double?> Frequencies
);

/// <summary>
/// Expected calibration error (ECE) and its kin ACE and MCE. Naeini et al. 2015; Neumann et al. 2018; as the paper's
/// code computes them.
/// </summary>
public static class ExpectedCalibrationError
{
    /// <summary>Sorts the probabilities into bins and holds each bin's mean against its mean outcome.</summary>
    /// <param name="probabilities">In [0, 1].</param>
    /// <param name="outcomes">0 or 1 (1/2 for an undecided one).</param>
    /// <param name="scheme">The bins.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a probability is outside [0, 1].</exception>
    public static CalibrationError Compute(
        IReadOnlyList<double> probabilities,
        IReadOnlyList<double> outcomes,
        BinningScheme scheme
    )
    {
        ProbabilityCheck.Valid(probabilities, outcomes);
        var edges = scheme.Edges(probabilities);
        var counts = new int[scheme.Bins];
        var confidence = new CompensatedSum[scheme.Bins];
        var outcome = new CompensatedSum[scheme.Bins];
        for (var i = 0; i < probabilities.Count; i++)
        {
            var bin = BinningScheme.IndexOf(probabilities[i], edges);
            counts[bin]++;
            confidence[bin].Add(probabilities[i]);
            outcome[bin].Add(outcomes[i]);
        }
        double total = 0,
            sumOfMeans = 0,
            largest = 0;
        var filled = 0;
        var confidences = new double?[scheme.Bins];
        var frequencies = new double?[scheme.Bins];
        for (var m = 0; m < scheme.Bins; m++)
        {
            if (counts[m] == 0)
                continue;
            filled++;
            var gap = Math.Abs(confidence[m].Value - outcome[m].Value);
            total += gap;
            sumOfMeans += gap / counts[m];
            largest = Math.Max(largest, gap / counts[m]);
            confidences[m] = confidence[m].Value / counts[m];
            frequencies[m] = outcome[m].Value / counts[m];
        }
        return filled == 0
            ? new CalibrationError(null, null, null, counts, edges, confidences, frequencies)
            : new CalibrationError(
                total / probabilities.Count,
                sumOfMeans / filled,
                largest,
                counts,
                edges,
                confidences,
                frequencies
            );
    }
}
