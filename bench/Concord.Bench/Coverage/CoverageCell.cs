using Concord.Calibration;

namespace Concord.Bench.Coverage;

/// <summary>What many simulated evaluations of one design and number of prompts show.</summary>
internal sealed class CoverageCell
{
    private const int Resamples = 400;

    private readonly SourceMetrics[] found;
    private readonly CoverageTruth truth;

    private CoverageCell(SourceMetrics[] found, CoverageTruth truth) => (this.found, this.truth) = (found, truth);

    /// <summary>Simulates.</summary>
    /// <param name="design">How pairs come.</param>
    /// <param name="truth">What the intervals have to hold.</param>
    /// <param name="prompts">Prompts an evaluation.</param>
    /// <param name="temperature">Of the truth; 1: the model is calibrated.</param>
    /// <param name="simulations">How many evaluations.</param>
    /// <param name="seed">The seed of the first.</param>
    public static CoverageCell Run(
        CoverageDesign design,
        CoverageTruth truth,
        int prompts,
        double temperature,
        int simulations,
        int seed
    )
    {
        var found = new SourceMetrics[simulations];
        Parallel.For(
            0,
            simulations,
            i =>
                found[i] = Evaluation
                    .Run(
                        design.Draw(prompts, temperature, unchecked(seed * 1_000_003 + 7919 * prompts + i)),
                        new EvaluationOptions
                        {
                            Resamples = Resamples,
                            Bins = [10],
                            Seed = i,
                        }
                    )
                    .Pooled
        );
        return new CoverageCell(found, truth);
    }

    /// <summary>How often the rule says anything but noise.</summary>
    public CoverageRate Rejections =>
        CoverageRate.Of(found, m => m.CalibrationTest.Verdict is { } verdict && verdict != CalibrationVerdict.Noise);

    /// <summary>How often Spiegelhalter's test alone rejects at 5 %.</summary>
    public CoverageRate RejectionsOfZ => CoverageRate.Of(found, m => m.Spiegelhalter.PValue < 0.05);

    /// <summary>How often the ECE lies above the 95 % of the band.</summary>
    public CoverageRate AboveBand =>
        CoverageRate.Of(found, m => Entry(m) is { Consistency: { } band } entry && entry.Error.Ece > band.P95 + 1e-12);

    /// <summary>How often the interval of the accuracy holds the truth.</summary>
    public CoverageRate Accuracy => Holds(m => m.Intervals?.AccuracyTiesHalf, truth.Accuracy);

    /// <summary>How often that of the Brier score does.</summary>
    public CoverageRate Brier => Holds(m => m.Intervals?.Brier, truth.Brier);

    /// <summary>How often that of the NLL does.</summary>
    public CoverageRate Nll => Holds(m => m.Intervals?.Nll, truth.Nll);

    /// <summary>How often that of the ECE holds the true one.</summary>
    public CoverageRate Ece => Holds(m => Entry(m).Interval, truth.Ece);

    /// <summary>The mean of the debiased ECE, signed, less the true ECE.</summary>
    public CoverageRate Debiased =>
        CoverageRate.OfNumbers([.. found.Select(m => Entry(m).DebiasedSigned!.Value - truth.Ece)]);

    /// <summary>The mean of the ECE.</summary>
    public CoverageRate Plain => CoverageRate.OfNumbers([.. found.Select(m => Entry(m).Error.Ece!.Value)]);

    /// <summary>The mean width of the ECE's interval.</summary>
    public CoverageRate Width =>
        CoverageRate.OfNumbers([.. found.Select(m => Entry(m).Interval is { } i ? i.High - i.Low : double.NaN)]);

    private static CalibrationEntry Entry(SourceMetrics m) =>
        m.Calibration[CalibrationReading.AllOrderedPairs][BinningScheme.Headline.Name];

    private CoverageRate Holds(Func<SourceMetrics, Interval?> interval, double value) =>
        CoverageRate.Of(found, m => interval(m) is { } one && one.Low <= value + 1e-12 && value <= one.High + 1e-12);
}
