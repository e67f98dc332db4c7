namespace Concord.Calibration;

/// <summary>
/// An ECE without its noise floor. The plain estimate Σ_m |G_m| / N, G_m = Σ (conf - acc) of bin m, is too large
/// because noise in G_m never cancels under the absolute value. Here the sign of each bin's gap is taken from one
/// random half of its pairs and the gap from the other half, averaged over the halves and both roles. With G_m normal
/// of standard deviation σ_m the average is G erf(G / (σ √2)) - 2 σ φ(G / σ).
/// </summary>
/// <remarks>
/// For a calibrated model its expectation is 0 exactly; for any model it is μ (2 Φ(μ / (σ √2)) - 1) per bin, never
/// above the true binned error |μ| and equal to it once the gap stands clear of the noise. Subtracting a resampled bias
/// estimate (Kumar, Liang and Ma 2019, for the l1 error) leaves 59 % of the floor on a calibrated model; subtracting
/// the mean of consistency resampling takes off noise that a truly miscalibrated model does not have.
/// </remarks>
internal static class DebiasedCalibrationError
{
    /// <summary>The estimate, which may be below 0.</summary>
    /// <param name="gaps">G of each bin.</param>
    /// <param name="deviations">σ of each bin.</param>
    /// <param name="total">N.</param>
    public static double Compute(ReadOnlySpan<double> gaps, ReadOnlySpan<double> deviations, double total)
    {
        double sum = 0;
        for (var m = 0; m < gaps.Length; m++)
        {
            double gap = Math.Abs(gaps[m]),
                sigma = deviations[m];
            sum +=
                sigma > 0
                    ? gap * NormalDistribution.SignedCentralMass(gap / sigma)
                        - 2 * sigma * NormalDistribution.Density(gap / sigma)
                    : gap;
        }
        return sum / total;
    }
}
