namespace Concord.Calibration;

/// <summary>
/// Spiegelhalter's test of calibration (Statistics in Medicine 5, 1986) with the prompt as the unit: is the Brier score
/// what the model's own probabilities promise? It needs no bins. z = Σ u / sqrt(V), u = (y - p)(1 - 2p); positive for
/// an over-confident model, negative for an under-confident one.
/// </summary>
/// <remarks>
/// V = Σ (1 - 2p)² p (1 - p) + max(0, Σ_g Σ_{i≠j} u_i u_j): what the model promises for each pair alone, and what the
/// data show between pairs of one prompt g. With one pair a prompt it is Spiegelhalter's own. The second part is an
/// estimate from few prompts, so z is held against Student's t with ν = 2 V² / Σ_g (c_g - mean)² degrees of freedom
/// (Satterthwaite 1946), c_g being a prompt's share of the sum and the mean the one that its size lets expect.
/// </remarks>
/// <param name="Z">The statistic; null where no probability differs from 1/2 (nothing to test), infinite where a sure
/// prediction failed and no other is uncertain.</param>
/// <param name="DegreesOfFreedom">ν of Student's t; null where no prompt has two pairs (the normal distribution), or
/// with
/// <paramref name="Z"/>.</param>
/// <param name="PValue">Two-sided; null with <paramref name="Z"/>.</param>
public sealed record SpiegelhalterTest(double? Z, double? DegreesOfFreedom, double? PValue)
{
    /// <summary>No test.</summary>
    internal static SpiegelhalterTest None { get; } = new(null, null, null);

    /// <summary>Of strict pairs, each once: the other order of a pair would count the same evidence twice.</summary>
    /// <param name="differences">r_w - r_l of each pair.</param>
    /// <param name="clusters">The prompt of each pair, from 0.</param>
    /// <param name="clusterCount">How many prompts there are.</param>
    public static SpiegelhalterTest OfDifferences(
        IReadOnlyList<double> differences,
        IReadOnlyList<int> clusters,
        int clusterCount
    ) => SpiegelhalterSums.Of(differences, clusters, clusterCount).Test();
}
