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
                ? [pooled with { Name = all[0].Source }]
                : [.. sources.Select(own => Metrics(own[0].Source, own, options, temperature))]
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
        var errors = CalibrationErrors(differences, options.Bins);
        var cells = new CalibrationCells(differences, [.. errors.Select(e => (e.Reading, e.Scheme, e.Error.Edges))]);
        var bootstrap = ClusteredBootstrap.Run(pairs, cells, options.Resamples, options.Seed);
        var consistency = ConsistencyResampling.Run(pairs, cells, options.Resamples, options.Seed);
        var calibration = new Dictionary<CalibrationReading, IReadOnlyDictionary<string, CalibrationEntry>>();
        for (var b = 0; b < errors.Count; b++)
        {
            if (!calibration.TryGetValue(errors[b].Reading, out var entries))
                calibration[errors[b].Reading] = entries = new Dictionary<string, CalibrationEntry>();
            ((Dictionary<string, CalibrationEntry>)entries)[errors[b].Scheme.Name] = new CalibrationEntry(
                errors[b].Error,
                bootstrap is null ? null : Interval.OfResamples(bootstrap.Ece[b], options.Level),
                consistency?.Band(b, errors[b].Error.Ece ?? 0),
                consistency is null ? null : Debiased(errors[b].Error, consistency.Deviations(b))
            );
        }
        Interval Of(double[] values) => Interval.OfResamples(values, options.Level);
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
            Calibration = calibration,
            Drift = RewardDrift.Of(differences),
            Spiegelhalter = SpiegelhalterTest.OfDifferences(differences, pairs.Clusters, pairs.ClusterCount),
            Baselines = ContentBlindBaselines.Of(predictions),
            Intervals = bootstrap is null
                ? null
                : new MetricIntervals(
                    Of(bootstrap.AccuracyTiesHalf),
                    Of(bootstrap.AccuracyTiesWrong),
                    Of(bootstrap.Brier),
                    Of(bootstrap.Nll)
                ),
        };
    }

    private static List<(CalibrationReading Reading, BinningScheme Scheme, CalibrationError Error)> CalibrationErrors(
        double[] differences,
        IReadOnlyList<int> bins
    )
    {
        var schemes = Enum.GetValues<BinningStrategy>()
            .SelectMany(strategy => bins.Distinct().Select(count => new BinningScheme(strategy, count)))
            .ToArray();
        var errors = new List<(CalibrationReading, BinningScheme, CalibrationError)>();
        foreach (var reading in CalibrationReadings.All)
        {
            var (p, y) = Read(differences, reading);
            foreach (var scheme in schemes)
                errors.Add((reading, scheme, ExpectedCalibrationError.Compute(p, y, scheme)));
        }
        return errors;
    }

    private static (double[] Probabilities, double[] Outcomes) Read(double[] differences, CalibrationReading reading) =>
        reading switch
        {
            CalibrationReading.AllOrderedPairs => AllOrderedPairs.OfDifferences(differences),
            CalibrationReading.PredictedWinner => PredictedWinner.OfDifferences(differences),
            _ => PredictedWinner.OfDifferences(differences, tie: 0),
        };

    private static double Debiased(CalibrationError error, double[] deviations)
    {
        var gaps = error
            .Counts.Select(
                (count, m) => count == 0 ? 0 : count * (error.Confidences[m]!.Value - error.Frequencies[m]!.Value)
            )
            .ToArray();
        return DebiasedCalibrationError.Compute(gaps, deviations, error.Counts.Sum());
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
