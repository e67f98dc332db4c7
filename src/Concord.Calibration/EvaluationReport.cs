namespace Concord.Calibration;

/// <summary>What an evaluation found.</summary>
/// <param name="Options">How it was made.</param>
/// <param name="Pooled">All pairs together: sums over sums, never a mean of the sources' numbers.</param>
/// <param name="Sources">Each source, in the order of first appearance.</param>
public sealed record EvaluationReport(EvaluationOptions Options, SourceMetrics Pooled, SourceMetricsList Sources)
{
    /// <summary>The same under the sources' temperatures; null where there are none.</summary>
    public EvaluationReport? WithTemperatures { get; init; }

    /// <summary>What the comparisons were to the model; null where nobody said, as for scores of others.</summary>
    public EvaluationSides? Sides { get; init; }

    /// <summary>How many of the prompts the model has seen in its training; null where that is not known.</summary>
    public SeenPrompts? Seen { get; init; }
}

/// <summary>
/// All numbers of one source, or of all pooled. A number that needs a strict pair is null where there is none.
/// </summary>
public sealed record SourceMetrics
{
    /// <summary>The source's name, or <c>pooled</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// τ under which these numbers stand; 1 without temperatures, null for pooled sources of different τ.
    /// </summary>
    public required double? Temperature { get; init; }

    /// <summary>Comparisons, those of ties alone included.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Strictly ordered pairs of responses: what all numbers are about.</summary>
    public required int Pairs { get; init; }

    /// <summary>Pairs of responses with equal scores, which count for nothing.</summary>
    public required long Ties { get; init; }

    /// <summary>
    /// Prompts (or comparisons, where the prompt is unknown) with a strict pair: the units of the bootstrap.
    /// </summary>
    public required int Clusters { get; init; }

    /// <summary>
    /// The share of pairs ordered as the source does, in [0, 1]; equal rewards count 1/2. Null where there is no pair.
    /// </summary>
    public double? Accuracy => AccuracyTiesHalf;

    /// <summary>
    /// The paper's expected calibration error, in [0, 1]: all ordered pairs, 10 bins of equal width. Null where there
    /// is no pair, or the evaluation was asked for other numbers of bins.
    /// </summary>
    public double? Ece =>
        Calibration.TryGetValue(CalibrationReading.AllOrderedPairs, out var schemes)
        && schemes.TryGetValue(BinningScheme.Headline.Name, out var entry)
            ? entry.Error.Ece
            : null;

    /// <summary>Accuracy; equal rewards count 1/2.</summary>
    public required double? AccuracyTiesHalf { get; init; }

    /// <summary>Accuracy; equal rewards count 0.</summary>
    public required double? AccuracyTiesWrong { get; init; }

    /// <summary>Mean of max(p, 1-p). Above the accuracy: over-confident; below: under-confident.</summary>
    public required double? MeanConfidence { get; init; }

    /// <summary>Mean (p - 1)² over the pairs.</summary>
    public required double? Brier { get; init; }

    /// <summary>Mean -log p, exact.</summary>
    public required double? Nll { get; init; }

    /// <summary>Mean -log p with p clipped as scikit-learn does.</summary>
    public required double? NllClipped { get; init; }

    /// <summary>Per reading, per binning (by name): calibration errors and what stands beside them.</summary>
    public required IReadOnlyDictionary<
        CalibrationReading,
        IReadOnlyDictionary<string, CalibrationEntry>
    > Calibration { get; init; }

    /// <summary>Reward differences.</summary>
    public required RewardDrift Drift { get; init; }

    /// <summary>Spiegelhalter's test, a part of <see cref="CalibrationTest"/>; all null where nothing was
    /// tested.</summary>
    public required SpiegelhalterTest Spiegelhalter { get; init; }

    /// <summary>Whether the model is miscalibrated, and which way.</summary>
    public required CalibrationTest CalibrationTest { get; init; }

    /// <summary>What content-blind rules score.</summary>
    public required ContentBlindBaselines Baselines { get; init; }

    /// <summary>Intervals; null with fewer than two prompts.</summary>
    public required MetricIntervals? Intervals { get; init; }
}

/// <summary>A calibration error and what it has to be read against.</summary>
/// <param name="Error">ECE, ACE, MCE and the bins.</param>
/// <param name="Interval">Of the true ECE, what would be measured with labels without end; null where nothing was
/// tested.</param>
/// <param name="Consistency">What a calibrated model would show as ECE on as many pairs; null likewise.</param>
/// <param name="DebiasedSigned">The ECE without its noise floor; below 0 as often as above for a calibrated model, so
/// that a mean over sources or seeds stays unbiased. Null likewise.</param>
public sealed record CalibrationEntry(
    CalibrationError Error,
    Interval? Interval,
    ConsistencyBand? Consistency,
    double? DebiasedSigned
)
{
    /// <summary><see cref="DebiasedSigned"/>, at least 0.</summary>
    public double? Debiased => DebiasedSigned is { } value ? Math.Max(0, value) : null;
}
