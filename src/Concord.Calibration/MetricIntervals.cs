using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>Intervals of the numbers that are not in a <see cref="CalibrationEntry"/>; the prompt is the
/// unit.</summary>
/// <param name="AccuracyTiesHalf">Of the accuracy, equal rewards 1/2.</param>
/// <param name="AccuracyTiesWrong">Of the accuracy, equal rewards wrong.</param>
/// <param name="Brier">Of the Brier score.</param>
/// <param name="Nll">Of the exact NLL; without an upper end where the NLL is infinite.</param>
public sealed record MetricIntervals(
    Interval AccuracyTiesHalf,
    Interval AccuracyTiesWrong,
    Interval Brier,
    Interval Nll
)
{
    /// <summary>Of the pairs; null with fewer than two prompts.</summary>
    internal static MetricIntervals? Of(PreferencePairs pairs, double level)
    {
        var differences = pairs.Differences;
        if (pairs.ClusterCount < 2)
            return null;
        var brier = Of(BrierScore.Term, BrierScore.OfDifferences(differences)!.Value);
        return new MetricIntervals(
            Accuracy(0.5),
            Accuracy(0),
            brier with
            {
                High = Math.Min(brier.High, 1), // no square is above
            },
            Of(d => Logistic.Softplus(-d), NegativeLogLikelihood.OfDifferences(differences)!.Value)
        );

        Interval Accuracy(double tie) =>
            ProportionInterval.Of(
                PromptMean.Of(
                    Array.ConvertAll(
                        differences,
                        d =>
                            d > 0 ? 1
                            : d == 0 ? tie
                            : 0
                    ),
                    pairs.ByPrompt,
                    Calibration.Accuracy.OfDifferences(differences, tie)!.Value
                ),
                differences.Length,
                level
            )!;

        Interval Of(Converter<double, double> term, double mean) =>
            PromptMean.Of(Array.ConvertAll(differences, term), pairs.ByPrompt, mean).PositiveInterval(level)!;
    }
}
