namespace Concord.Calibration;

/// <summary>All that is said about the calibration of one set of pairs.</summary>
/// <param name="Entries">Per reading, per binning.</param>
/// <param name="Spiegelhalter">Spiegelhalter's test.</param>
/// <param name="Test">The rule and its verdict.</param>
internal sealed record CalibrationAnalysis(
    IReadOnlyDictionary<CalibrationReading, IReadOnlyDictionary<string, CalibrationEntry>> Entries,
    SpiegelhalterTest Spiegelhalter,
    CalibrationTest Test
)
{
    /// <summary>Of the pairs.</summary>
    public static CalibrationAnalysis Of(PreferencePairs pairs, EvaluationOptions options)
    {
        var differences = pairs.Differences;
        var errors = Errors(differences, options.Bins);
        if (options.Resamples == 0 || pairs.ClusterCount < CalibrationTest.FewestPrompts)
            return new CalibrationAnalysis(
                ByReading(errors, (_, error) => new CalibrationEntry(error.Error, null, null, null)),
                SpiegelhalterTest.None,
                options.Resamples == 0 ? CalibrationTest.NotResampled : CalibrationTest.TooFew(pairs.ClusterCount)
            );
        var cells = new CalibrationCells(differences, [.. errors.Select(e => (e.Reading, e.Scheme, e.Error.Edges))]);
        var resampling = ConsistencyResampling.Run(pairs, cells, options.Resamples, options.Seed)!;
        var draws = new ConsistencyDraws[errors.Count];
        Parallel.For(0, errors.Count, b => draws[b] = resampling.Of(b));
        var sums = SpiegelhalterSums.Of(differences, pairs.Clusters, pairs.ClusterCount);
        var headline = errors.FindIndex(error =>
            error.Reading == CalibrationReading.AllOrderedPairs && error.Scheme == Headline(options.Bins)
        );
        var test = CalibrationTest.Of(
            sums.Test(),
            draws[headline].Band(errors[headline].Error.Ece!.Value).PValue,
            options.Level
        );
        var bound = sums.LowerBoundOfEce(differences.Length, (1 - options.Level) * CalibrationTest.ShareOfZ);
        var entries = new CalibrationEntry[errors.Count];
        Parallel.For(
            0,
            errors.Count,
            b =>
                entries[b] = new CalibrationEntry(
                    errors[b].Error,
                    TrueCalibrationErrorInterval.Of(
                        errors[b].Error,
                        draws[b],
                        cells.Pattern(b),
                        test.Verdict != CalibrationVerdict.Noise,
                        bound,
                        options.Level
                    ),
                    draws[b].Band(errors[b].Error.Ece!.Value),
                    Debiased(errors[b].Error, draws[b].Deviations())
                )
        );
        return new CalibrationAnalysis(ByReading(errors, (b, _) => entries[b]), sums.Test(), test);
    }

    /// <summary>The binning by which is tested: 10 of equal width, or the first there is.</summary>
    public static BinningScheme Headline(IReadOnlyList<int> bins) =>
        bins.Contains(BinningScheme.Headline.Bins)
            ? BinningScheme.Headline
            : new BinningScheme(BinningStrategy.Uniform, bins[0]);

    private static Dictionary<CalibrationReading, IReadOnlyDictionary<string, CalibrationEntry>> ByReading(
        List<BinnedError> errors,
        Func<int, BinnedError, CalibrationEntry> entry
    )
    {
        var result = new Dictionary<CalibrationReading, IReadOnlyDictionary<string, CalibrationEntry>>();
        foreach (var reading in CalibrationReadings.All)
        {
            var entries = new Dictionary<string, CalibrationEntry>();
            for (var b = 0; b < errors.Count; b++)
                if (errors[b].Reading == reading)
                    entries[errors[b].Scheme.Name] = entry(b, errors[b]);
            result[reading] = entries;
        }
        return result;
    }

    private static List<BinnedError> Errors(double[] differences, IReadOnlyList<int> bins)
    {
        var schemes = Enum.GetValues<BinningStrategy>()
            .SelectMany(strategy => bins.Distinct().Select(count => new BinningScheme(strategy, count)))
            .ToArray();
        var errors = new List<BinnedError>();
        foreach (var reading in CalibrationReadings.All)
        {
            var (p, y) = Read(differences, reading);
            foreach (var scheme in schemes)
                errors.Add(new BinnedError(reading, scheme, ExpectedCalibrationError.Compute(p, y, scheme)));
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

    private sealed record BinnedError(CalibrationReading Reading, BinningScheme Scheme, CalibrationError Error);
}
