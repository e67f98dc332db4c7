namespace Concord.Calibration;

/// <summary>
/// The mean of a number over pairs with its standard error, prompts being the unit: s² = Σ_g (r_g / (1 - h_g))² / N²
/// with r_g the sum of the residuals of a prompt's pairs and h_g = n_g / N its share of the pairs.
/// </summary>
/// <remarks>
/// The jackknife over prompts, CR3 of Bell and McCaffrey (2002; Cameron, Gelbach and Miller 2008 compare small-sample
/// forms). It goes with Student's t of N² / Σ n_g² - 1 degrees of freedom: the number of prompts less one where they
/// are of one size, fewer where some weigh more.
/// </remarks>
/// <param name="Mean">The mean; null where there is no pair.</param>
/// <param name="StandardError">s; null with fewer than two prompts.</param>
/// <param name="EffectivePrompts">N² / Σ n_g².</param>
internal sealed record PromptMean(double? Mean, double? StandardError, double EffectivePrompts)
{
    /// <summary>Degrees of freedom of the standard error.</summary>
    public double DegreesOfFreedom => Math.Max(EffectivePrompts - 1, 1e-3);

    /// <summary>Of the pairs' numbers.</summary>
    /// <param name="values">One number a pair.</param>
    /// <param name="prompts">The pairs of each prompt.</param>
    /// <param name="mean">Their mean, where it is known already.</param>
    public static PromptMean Of(double[] values, PairsByPrompt prompts, double mean)
    {
        double total = values.Length,
            squares = 0,
            sizes = 0;
        for (var g = 0; g < prompts.Count; g++)
        {
            var members = prompts.Members(g);
            double rest = 0;
            foreach (var i in members)
                rest += values[i] - mean;
            rest /= 1 - members.Length / total;
            squares += rest * rest;
            sizes += (double)members.Length * members.Length;
        }
        return new PromptMean(
            mean,
            prompts.Count < 2 ? null : Math.Sqrt(squares) / total,
            sizes > 0 ? total * total / sizes : 0
        );
    }

    /// <summary>
    /// The interval of a mean of numbers that are not negative: on the scale of its logarithm, where losses, of which
    /// few are large, are less skewed. Null with fewer than two prompts, without an upper end where the mean is
    /// infinite.
    /// </summary>
    public Interval? PositiveInterval(double level)
    {
        if (StandardError is not { } error || Mean is not { } mean)
            return null;
        if (!double.IsFinite(mean) || !double.IsFinite(error))
            return new Interval(0, double.PositiveInfinity);
        if (mean <= 0)
            return new Interval(0, 0);
        var factor = Math.Exp(StudentDistribution.Critical(1 - level, DegreesOfFreedom) * error / mean);
        return new Interval(mean / factor, mean * factor);
    }
}
