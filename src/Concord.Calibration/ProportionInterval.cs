namespace Concord.Calibration;

/// <summary>
/// The interval of an accuracy over pairs that hang together by prompt: Clopper and Pearson's (1934) at mid-p, for as
/// many independent pairs as the data are worth (Korn and Graubard 1998). Unlike mean ± t s it stays within [0, 1] and
/// has a width where all pairs are right.
/// </summary>
/// <remarks>
/// The N pairs are worth n* = N / D independent ones, D = s² / (a (1 - a) / (N - 1)) with the standard error s over
/// prompts, at least 1; and n* (t_{N-1} / t_ν)² of them where s is known from few prompts only. Where all are right, or
/// all wrong, s says nothing, and n* is N² / Σ n_g²: as if a prompt's pairs could not differ.
/// </remarks>
internal static class ProportionInterval
{
    /// <summary>The interval; null with fewer than two prompts.</summary>
    /// <param name="mean">The accuracy over N pairs and its standard error.</param>
    /// <param name="pairs">N.</param>
    /// <param name="level">In (0, 1).</param>
    public static Interval? Of(PromptMean mean, int pairs, double level)
    {
        if (mean.Mean is not { } share || mean.StandardError is not { } error)
            return null;
        var tail = 1 - level;
        var variance = share * (1 - share);
        double worth;
        if (variance <= 0)
            worth = mean.EffectivePrompts;
        else
        {
            var ratio =
                StudentDistribution.Critical(tail, pairs - 1)
                / StudentDistribution.Critical(tail, mean.DegreesOfFreedom);
            var independent = variance / Math.Max(pairs - 1, 1);
            worth = pairs * Math.Min(1, independent / (error * error)) * ratio * ratio;
        }
        var right = share * worth;
        return new Interval(Low(right, worth, tail / 2), 1 - Low(worth - right, worth, tail / 2));
    }

    // The share at which so many right ones or more, the same number counted half, are as rare as the tail.
    private static double Low(double right, double worth, double tail)
    {
        if (right <= 0)
            return 0;
        double low = 0,
            high = right / worth;
        for (var step = 0; step < 60; step++)
        {
            var share = 0.5 * (low + high);
            if (Above(share) < tail)
                low = share;
            else
                high = share;
        }
        return 0.5 * (low + high);

        // P(X ≥ k) = I_p(k, n - k + 1), P(X > k) = I_p(k + 1, n - k)
        double Above(double share) =>
            0.5 * BetaDistribution.Cumulative(share, right, worth - right + 1)
            + 0.5 * (worth - right > 1e-9 ? BetaDistribution.Cumulative(share, right + 1, worth - right) : 0);
    }
}
