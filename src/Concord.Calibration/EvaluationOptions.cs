namespace Concord.Calibration;

/// <summary>How predictions are evaluated.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Most bins a binning may have.</summary>
    public const int MaximumBins = 1000;

    /// <summary>The numbers of bins that are always reported.</summary>
    public static IReadOnlyList<int> StandardBins { get; } = [5, 10, 20];

    /// <summary>Numbers of bins, each uniform and by quantiles.</summary>
    /// <value>5, 10, 20.</value>
    public IReadOnlyList<int> Bins { get; init; } = StandardBins;

    /// <summary>
    /// Draws of consistency resampling; 0 leaves out the test of calibration, bands, debiased estimates and the
    /// intervals of ECEs. The other intervals need none.
    /// </summary>
    /// <value>1,000.</value>
    public int Resamples { get; init; } = 1000;

    /// <summary>The seed of the draws.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The level of the intervals, in (0, 1); the test of calibration may err in one less this share of cases.
    /// </summary>
    /// <value>0.95.</value>
    public double Level { get; init; } = 0.95;

    /// <summary>
    /// The temperature τ > 0 of each source, under which its probability is sigmoid(τ (r_w - r_l)); a source that is
    /// not named has the predictions' own, else 1. Null where there are none.
    /// </summary>
    /// <value>Null.</value>
    public IReadOnlyDictionary<string, double>? Temperatures { get; init; }

    internal void Check()
    {
        if (Bins.Count == 0)
            throw new ConcordException("No number of bins is given; at least one was expected, for instance 10.");
        foreach (var bins in Bins)
            if (bins is < 1 or > MaximumBins)
                throw new ConcordException($"The number of bins is {bins}; 1 to {MaximumBins} was expected.");
        if (Resamples < 0)
            throw new ConcordException($"The number of resamples is {Resamples}; 0 or more was expected.");
        if (!(Level > 0 && Level < 1))
            throw new ConcordException(
                $"The level of the intervals is {Level}; a number between 0 and 1 was expected."
            );
        foreach (var (source, tau) in Temperatures ?? new Dictionary<string, double>())
            if (!(double.IsFinite(tau) && tau > 0))
                throw new ConcordException(
                    $"The temperature of source {source} is {tau}; a finite number above 0 was expected."
                );
    }
}
