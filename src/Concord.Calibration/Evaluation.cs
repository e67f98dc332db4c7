using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>From predictions to numbers.</summary>
public static class Evaluation
{
    /// <summary>Evaluates each source and all of them pooled.</summary>
    /// <param name="predictions">Held-out predictions; none is valid.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ConcordException">A prediction or option is unusable; the message names file and
    /// line.</exception>
    public static EvaluationReport Run(IReadOnlyList<Prediction> predictions, EvaluationOptions? options = null)
    {
        options ??= new EvaluationOptions();
        options.Check();
        foreach (var prediction in predictions)
            prediction.Check();
        var bySource = new Dictionary<string, List<Prediction>>(StringComparer.Ordinal);
        var sources = new List<List<Prediction>>();
        foreach (var prediction in predictions)
        {
            if (!bySource.TryGetValue(prediction.Source, out var own))
                sources.Add(bySource[prediction.Source] = own = []);
            own.Add(prediction);
        }
        var report = Run(predictions, sources, options, static _ => 1.0);
        return options.Temperatures is null or { Count: 0 } && predictions.All(p => p.Temperature is null)
            ? report
            : report with
            {
                WithTemperatures = Run(predictions, sources, options, p => TemperatureOf(p, options)),
            };
    }

    private static double TemperatureOf(Prediction prediction, EvaluationOptions options) =>
        options.Temperatures is { } named && named.TryGetValue(prediction.Source, out var tau)
            ? tau
            : prediction.Temperature ?? 1.0;

    private static EvaluationReport Run(
        IReadOnlyList<Prediction> all,
        List<List<Prediction>> sources,
        EvaluationOptions options,
        Func<Prediction, double> temperature
    )
    {
        var pooled = Metrics("pooled", all, options, temperature);
        // One source alone is the pool: the same pairs give the same numbers.
        return new EvaluationReport(
            options,
            pooled,
            sources.Count == 1
                ? [.. HolmAdjustment.OfSources([pooled with { Name = all[0].Source }])]
                :
                [
                    .. HolmAdjustment.OfSources([
                        .. sources.Select(own => Metrics(own[0].Source, own, options, temperature)),
                    ]),
                ]
        );
    }

    private static SourceMetrics Metrics(
        string name,
        IReadOnlyList<Prediction> predictions,
        EvaluationOptions options,
        Func<Prediction, double> temperature
    )
    {
        var pairs = PreferencePairs.Of(predictions, temperature);
        var differences = pairs.Differences;
        var calibration = CalibrationAnalysis.Of(pairs, options);
        return new SourceMetrics
        {
            Name = name,
            Temperature = SharedTemperature(predictions, temperature),
            Comparisons = pairs.Comparisons,
            Pairs = differences.Length,
            Ties = pairs.Ties,
            Clusters = pairs.ClusterCount,
            AccuracyTiesHalf = Accuracy.OfDifferences(differences),
            AccuracyTiesWrong = Accuracy.OfDifferences(differences, tie: 0),
            MeanConfidence = MeanConfidence(differences),
            Brier = BrierScore.OfDifferences(differences),
            Nll = NegativeLogLikelihood.OfDifferences(differences),
            NllClipped = NegativeLogLikelihood.ClippedOfDifferences(differences),
            Calibration = calibration.Entries,
            Drift = RewardDrift.Of(differences),
            Spiegelhalter = calibration.Spiegelhalter,
            CalibrationTest = calibration.Test,
            Baselines = ContentBlindBaselines.Of(predictions),
            Intervals = MetricIntervals.Of(pairs, options.Level),
        };
    }

    private static double? MeanConfidence(double[] differences)
    {
        if (differences.Length == 0)
            return null;
        var sum = new CompensatedSum();
        foreach (var d in differences)
            sum.Add(Logistic.Sigmoid(Math.Abs(d)));
        return sum.Value / differences.Length;
    }

    private static double? SharedTemperature(
        IReadOnlyList<Prediction> predictions,
        Func<Prediction, double> temperature
    )
    {
        if (predictions.Count == 0)
            return 1;
        var first = temperature(predictions[0]);
        return predictions.All(p => temperature(p) == first) ? first : null;
    }
}
