using Concord.Calibration;

namespace Concord.Bench.HeldOut;

/// <summary>A number of an evaluation and its interval, by what it should be on average.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Of">The number of a source.</param>
/// <param name="Interval">Its 95 % interval; null where it has none.</param>
internal sealed record HeldOutNumber(
    string Name,
    Func<SourceMetrics, double> Of,
    Func<SourceMetrics, Interval?> Interval
)
{
    /// <summary>The numbers that are looked at.</summary>
    public static IReadOnlyList<HeldOutNumber> All { get; } =
    [
        new("NLL", m => m.Nll!.Value, m => m.Intervals?.Nll),
        new("accuracy", m => m.AccuracyTiesHalf!.Value, m => m.Intervals?.AccuracyTiesHalf),
        new("Brier", m => m.Brier!.Value, m => m.Intervals?.Brier),
        new("debiased ECE", m => Entry(m).DebiasedSigned!.Value, m => Entry(m).Interval),
    ];

    private static CalibrationEntry Entry(SourceMetrics m) =>
        m.Calibration[CalibrationReading.AllOrderedPairs][BinningScheme.Headline.Name];
}
