using System.Text.Json.Serialization;

namespace Concord.Calibration;

/// <summary>A report as it stands in <c>evaluation.json</c>, key by key.</summary>
internal sealed record EvaluationForm(MetricsForm Pooled, IReadOnlyDictionary<string, MetricsForm> Sources)
{
    [JsonPropertyOrder(-1)]
    public int Version { get; init; } = EvaluationFile.CurrentVersion;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonPropertyOrder(1)]
    public TemperedForm? WithTemperatures { get; init; }

    [JsonPropertyOrder(2)]
    public required SettingsForm Settings { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonPropertyOrder(3)]
    public EvaluationSides? Sides { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonPropertyOrder(4)]
    public SeenPrompts? Seen { get; init; }

    public static EvaluationForm Of(EvaluationReport report) =>
        new(MetricsForm.Of(report.Pooled), OfSources(report))
        {
            Settings = new SettingsForm(report.Options.Resamples, report.Options.Seed, report.Options.Level),
            WithTemperatures = report.WithTemperatures is { } tempered
                ? new TemperedForm(MetricsForm.Of(tempered.Pooled), OfSources(tempered))
                : null,
            Sides = report.Sides,
            Seen = report.Seen,
        };

    /// <summary>The report.</summary>
    /// <param name="file">Named in errors.</param>
    public EvaluationReport Report(string file)
    {
        var options = new EvaluationOptions
        {
            Bins = Pooled.Bins(),
            Resamples = Settings.Resamples,
            Seed = Settings.Seed,
            Level = Settings.Level,
        };
        return new EvaluationReport(options, Pooled.Metrics("pooled", $"{file}: pooled"), Metrics(Sources, $"{file}: "))
        {
            WithTemperatures = WithTemperatures is { } tempered
                ? new EvaluationReport(
                    options,
                    tempered.Pooled.Metrics("pooled", $"{file}: with_temperatures.pooled"),
                    Metrics(tempered.Sources, $"{file}: with_temperatures.")
                )
                : null,
            Sides = Sides,
            Seen = Seen,
        };
    }

    private static Dictionary<string, MetricsForm> OfSources(EvaluationReport report) =>
        report.Sources.ToDictionary(source => source.Name, MetricsForm.Of, StringComparer.Ordinal);

    private static SourceMetricsList Metrics(IReadOnlyDictionary<string, MetricsForm> sources, string place) =>
        [.. sources.Select(source => source.Value.Metrics(source.Key, $"{place}sources.{source.Key}"))];
}

/// <summary>The same numbers under the sources' temperatures.</summary>
internal sealed record TemperedForm(MetricsForm Pooled, IReadOnlyDictionary<string, MetricsForm> Sources);

/// <summary>What of the options is written.</summary>
internal sealed record SettingsForm(int Resamples, int Seed, double Level);

/// <summary>The numbers of a source.</summary>
internal sealed record MetricsForm(
    int Comparisons,
    int Pairs,
    long Ties,
    int Clusters,
    double? Temperature,
    double? AccuracyTiesHalf,
    double? AccuracyTiesWrong,
    double? MeanConfidence,
    double? Brier,
    double? Nll,
    double? NllClipped,
    IntervalsForm Intervals,
    ContentBlindBaselines Baselines,
    SpiegelhalterForm Spiegelhalter,
    IReadOnlyDictionary<string, CalibrationForm> AllOrderedPairs,
    IReadOnlyDictionary<string, CalibrationForm> PredictedWinner,
    IReadOnlyDictionary<string, CalibrationForm> PredictedWinnerTiesWrong,
    RewardDrift Drift
)
{
    // Null in version 1, whose z took pairs for independent and whose intervals of ECEs were not of the true one:
    // neither is taken over.
    public CalibrationTest? CalibrationTest { get; init; }

    public static MetricsForm Of(SourceMetrics m) =>
        new(
            m.Comparisons,
            m.Pairs,
            m.Ties,
            m.Clusters,
            m.Temperature,
            m.AccuracyTiesHalf,
            m.AccuracyTiesWrong,
            m.MeanConfidence,
            m.Brier,
            m.Nll,
            m.NllClipped,
            IntervalsForm.Of(m),
            m.Baselines,
            SpiegelhalterForm.Of(m.Spiegelhalter),
            Of(m, CalibrationReading.AllOrderedPairs),
            Of(m, CalibrationReading.PredictedWinner),
            Of(m, CalibrationReading.PredictedWinnerTiesWrong),
            m.Drift
        )
        {
            CalibrationTest = m.CalibrationTest,
        };

    /// <summary>The numbers.</summary>
    /// <param name="name">The source's name, which stands before them in the file.</param>
    /// <param name="place">File and key, for errors.</param>
    public SourceMetrics Metrics(string name, string place)
    {
        var known = CalibrationTest is not null;
        return new SourceMetrics
        {
            Name = name,
            Temperature = Temperature,
            Comparisons = Comparisons,
            Pairs = Pairs,
            Ties = Ties,
            Clusters = Clusters,
            AccuracyTiesHalf = AccuracyTiesHalf,
            AccuracyTiesWrong = AccuracyTiesWrong,
            MeanConfidence = MeanConfidence,
            Brier = Brier,
            Nll = Nll,
            NllClipped = NllClipped,
            Calibration = new Dictionary<CalibrationReading, IReadOnlyDictionary<string, CalibrationEntry>>
            {
                [CalibrationReading.AllOrderedPairs] = Entries(AllOrderedPairs, known, $"{place}.all_ordered_pairs"),
                [CalibrationReading.PredictedWinner] = Entries(PredictedWinner, known, $"{place}.predicted_winner"),
                [CalibrationReading.PredictedWinnerTiesWrong] = Entries(
                    PredictedWinnerTiesWrong,
                    known,
                    $"{place}.predicted_winner_ties_wrong"
                ),
            },
            Drift = Drift,
            Spiegelhalter = Spiegelhalter.Test(known),
            CalibrationTest = CalibrationTest ?? CalibrationTest.OfVersion1,
            Baselines = Baselines,
            Intervals = Intervals.Intervals(),
        };
    }

    /// <summary>The numbers of bins, by the names of the binnings.</summary>
    public IReadOnlyList<int> Bins() =>
        [.. AllOrderedPairs.Keys.Select(BinningScheme.Find).OfType<BinningScheme>().Select(one => one.Bins).Distinct()];

    private static Dictionary<string, CalibrationForm> Of(SourceMetrics m, CalibrationReading reading) =>
        m.Calibration[reading]
            .ToDictionary(entry => entry.Key, entry => CalibrationForm.Of(entry.Value), StringComparer.Ordinal);

    private static Dictionary<string, CalibrationEntry> Entries(
        IReadOnlyDictionary<string, CalibrationForm> forms,
        bool known,
        string place
    ) =>
        forms.ToDictionary(
            form => form.Key,
            form => form.Value.Entry(BinningScheme.Find(form.Key), known, $"{place}.{form.Key}"),
            StringComparer.Ordinal
        );
}

/// <summary>Spiegelhalter's test.</summary>
internal sealed record SpiegelhalterForm(double? Z, double? PValue)
{
    public double? DegreesOfFreedom { get; init; }

    public static SpiegelhalterForm Of(SpiegelhalterTest test) =>
        new(test.Z, test.PValue) { DegreesOfFreedom = test.DegreesOfFreedom };

    public SpiegelhalterTest Test(bool known) =>
        known ? new SpiegelhalterTest(Z, DegreesOfFreedom, PValue) : SpiegelhalterTest.None;
}

/// <summary>Intervals; each null where there is none. The paper's ECE once more beside the others.</summary>
internal sealed record IntervalsForm(
    Interval? AccuracyTiesHalf,
    Interval? AccuracyTiesWrong,
    Interval? Brier,
    Interval? Nll,
    Interval? Ece
)
{
    public static IntervalsForm Of(SourceMetrics m) =>
        new(
            m.Intervals?.AccuracyTiesHalf,
            m.Intervals?.AccuracyTiesWrong,
            m.Intervals?.Brier,
            m.Intervals?.Nll,
            m.Calibration[CalibrationReading.AllOrderedPairs].GetValueOrDefault(BinningScheme.Headline.Name)?.Interval
        );

    public MetricIntervals? Intervals() =>
        AccuracyTiesHalf is { } half && AccuracyTiesWrong is { } wrong && Brier is { } brier && Nll is { } nll
            ? new MetricIntervals(half, wrong, brier, nll)
            : null;
}

/// <summary>A calibration error with its bins.</summary>
internal sealed record CalibrationForm(
    double? Ece,
    double? Ace,
    double? Mce,
    IReadOnlyList<int> Counts,
    IReadOnlyList<double> Edges,
    IReadOnlyList<double?> Confidences,
    IReadOnlyList<double?> Frequencies,
    Interval? EceInterval,
    double? EceDebiased,
    double? EceDebiasedSigned,
    ConsistencyBand? Consistency
)
{
    public static CalibrationForm Of(CalibrationEntry entry) =>
        new(
            entry.Error.Ece,
            entry.Error.Ace,
            entry.Error.Mce,
            entry.Error.Counts,
            entry.Error.Edges,
            entry.Error.Confidences,
            entry.Error.Frequencies,
            entry.Interval,
            entry.Debiased,
            entry.DebiasedSigned,
            entry.Consistency
        );

    /// <summary>The entry.</summary>
    /// <param name="scheme">Its binning, or null for one that is not known.</param>
    /// <param name="known">Whether the interval is of the true ECE, as from version 2 on.</param>
    /// <param name="place">File and key, for errors.</param>
    public CalibrationEntry Entry(BinningScheme? scheme, bool known, string place)
    {
        var bins = scheme?.Bins ?? Counts.Count;
        if (Counts.Count != bins || Edges.Count != bins + 1 || Confidences.Count != bins || Frequencies.Count != bins)
            throw new ConcordException(
                $"{place}: the bins do not fit; expected {bins} counts, confidences and frequencies, and {bins + 1} "
                    + $"edges. Evaluate the scores again."
            );
        return new CalibrationEntry(
            new CalibrationError(Ece, Ace, Mce, Counts, Edges, Confidences, Frequencies),
            known ? EceInterval : null,
            Consistency,
            EceDebiasedSigned
        );
    }
}
