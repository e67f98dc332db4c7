using System.Globalization;

namespace Concord.Calibration;

/// <summary>The report as plain lines of at most 80 columns.</summary>
public static class EvaluationReportText
{
    /// <summary>Columns a line has at most.</summary>
    public const int Width = 80;

    /// <summary>
    /// The tables: accuracy, calibration, scores, reward differences, and temperatures where there are any.
    /// </summary>
    /// <param name="report">What was found.</param>
    /// <param name="bins">The number of bins of the ECE that is shown; null for 10, or the first reported where 10 is
    /// not.</param>
    public static IReadOnlyList<string> Lines(EvaluationReport report, int? bins = null)
    {
        var shown = bins ?? (report.Options.Bins.Contains(10) ? 10 : report.Options.Bins[0]);
        var scheme = new BinningScheme(BinningStrategy.Uniform, shown);
        // Pooled once more under a single source would say the same twice.
        SourceMetrics[] rows = report.Sources.Count == 1 ? [.. report.Sources] : [.. report.Sources, report.Pooled];
        var level = (report.Options.Level * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
        return
        [
            .. AccuracyTable(rows, level),
            "",
            .. CalibrationTable(rows, report, level, scheme),
            "",
            .. ScoresTable(rows, level, scheme),
            "",
            .. DriftTable(rows),
            .. report.WithTemperatures is { } tempered ? TemperatureTable(report, tempered, scheme) : [],
            .. Footer(report),
        ];
    }

    private static IEnumerable<string> AccuracyTable(SourceMetrics[] rows, string level)
    {
        var table = new Columns("source", "pairs", "ties", "accuracy", level, "longest", "shortest", "first");
        foreach (var m in rows)
            table.Add(
                m.Name,
                Count(m.Pairs),
                Count(m.Ties),
                Number(m.AccuracyTiesHalf),
                Range(m.Intervals?.AccuracyTiesHalf),
                Number(m.Baselines.Longest),
                Number(m.Baselines.Shortest),
                Number(m.Baselines.First) + (m.Baselines.OrderTellsLabel ? "*" : "")
            );
        yield return "Accuracy on strict pairs (equal rewards count 1/2), and of rules that read no";
        yield return "content: the longest, the shortest, the first response";
        foreach (var line in table.Lines())
            yield return line;
        if (rows.Any(m => m.Baselines.OrderTellsLabel))
            yield return "* the file lists preferred responses always on one side: not a baseline";
        foreach (var m in rows)
            if (m.Baselines.PairsWithLengths is var known and > 0 && known < m.Pairs)
            {
                var words = $": longest and shortest of the {Count(known)} pairs of known length";
                yield return Columns.Fit(m.Name, Width - words.Length).TrimEnd() + words;
            }
        if (rows.Any(m => m.Baselines.Longest is null && m.Pairs > 0))
            yield return "- lengths unknown: a record's \"lengths\", \"tokens\" or \"responses\" give them";
    }

    private static IEnumerable<string> CalibrationTable(
        SourceMetrics[] rows,
        EvaluationReport report,
        string level,
        BinningScheme scheme
    )
    {
        var table = new Columns("source", "ECE", "by chance", "debiased", level, "z", "p", "verdict");
        foreach (var m in rows)
        {
            var entry = m.Calibration[CalibrationReading.AllOrderedPairs][scheme.Name];
            table.Add(
                m.Name,
                Small(entry.Error.Ece),
                Small(entry.Consistency?.Mean),
                Small(entry.Debiased),
                SmallRange(entry.Interval),
                Number(m.Spiegelhalter.Z, "0.0"),
                PValue(m.CalibrationTest.PValue),
                Verdict(m, report)
            );
        }
        yield return $"Calibration: ECE over all ordered pairs, {Count(scheme.Bins)} uniform bins; what a perfectly";
        yield return "calibrated model shows on as many pairs; the true ECE, estimated without that";
        yield return "noise, and its interval";
        foreach (var line in table.Lines())
            yield return line;
        foreach (var line in VerdictNotes(rows, report))
            yield return line;
    }

    private static IEnumerable<string> VerdictNotes(SourceMetrics[] rows, EvaluationReport report)
    {
        foreach (var m in rows)
            if (m.CalibrationTest.Reason is { Length: < 40 } reason && m.Pairs > 0 && report.Options.Resamples > 0)
                yield return Columns.Fit(m.Name, Width - reason.Length - 2).TrimEnd() + ": " + reason;
        var tested = report.Sources.Count(m => m.CalibrationTest.PValue is not null);
        if (tested == 0 && report.Pooled.CalibrationTest.PValue is null)
            yield break;
        var percent = ((1 - report.Options.Level) * 100).ToString("0.#", CultureInfo.InvariantCulture);
        yield return $"verdict: by p, from z and ECE, prompts as units. noise: p >= {percent} %, nothing found;";
        yield return "over, under: over- or under-confident; uneven: too sure here, too little there";
        if (tested < 2)
            yield break;
        var chance = (tested * (1 - report.Options.Level)).ToString("0.##", CultureInfo.InvariantCulture);
        yield return $"{Count(tested)} sources tested at {percent} %: about {chance} found by chance if all are "
            + "calibrated;";
        yield return "* marks those that stand when all tested sources are counted (Holm)";
    }

    private static IEnumerable<string> ScoresTable(SourceMetrics[] rows, string level, BinningScheme scheme)
    {
        var table = new Columns("source", "Brier", level, "NLL", level, "confidence", "ECE winner");
        foreach (var m in rows)
            table.Add(
                m.Name,
                Number(m.Brier),
                Range(m.Intervals?.Brier),
                Number(m.Nll),
                Range(m.Intervals?.Nll),
                Number(m.MeanConfidence),
                Small(m.Calibration[CalibrationReading.PredictedWinner][scheme.Name].Error.Ece)
            );
        yield return "Scores (a coin: Brier 0.250, NLL 0.693), mean confidence, ECE of the predicted";
        yield return "winner";
        foreach (var line in table.Lines())
            yield return line;
    }

    private static IEnumerable<string> DriftTable(SourceMetrics[] rows)
    {
        var table = new Columns("source", "mean", "right", "mean", "wrong", "mean", "out+", "mean", "out-", "mean")
        {
            Gap = " ",
        };
        foreach (var m in rows)
        {
            var drift = m.Drift;
            BoxPlot? above = drift.BoxPerSign.Positive,
                below = drift.BoxPerSign.Negative;
            table.Add(
                m.Name,
                Number(drift.Mean),
                Count(drift.Positive.Count),
                Number(drift.Positive.Mean),
                Count(drift.Negative.Count),
                Number(drift.Negative.Mean),
                Count(above?.Outliers ?? 0),
                Number(above?.OutliersMean),
                Count(below?.Outliers ?? 0),
                Number(below?.OutliersMean)
            );
        }
        yield return "Reward differences, chosen less rejected: of pairs ordered right and wrong, and";
        yield return "outliers of each (beyond 1.5 IQR of the box of its sign)";
        foreach (var line in table.Lines())
            yield return line;
    }

    private static IEnumerable<string> TemperatureTable(
        EvaluationReport report,
        EvaluationReport tempered,
        BinningScheme scheme
    )
    {
        var table = new Columns("source", "tau", "ECE", "with tau", "by chance", "NLL", "with tau", "verdict");
        foreach (
            var (without, with) in report.Sources.Append(report.Pooled).Zip(tempered.Sources.Append(tempered.Pooled))
        )
        {
            CalibrationEntry before = without.Calibration[CalibrationReading.AllOrderedPairs][scheme.Name],
                after = with.Calibration[CalibrationReading.AllOrderedPairs][scheme.Name];
            table.Add(
                without.Name,
                with.Temperature is { } tau ? Number(tau) : "own",
                Small(before.Error.Ece),
                Small(after.Error.Ece),
                Small(after.Consistency?.Mean),
                Number(without.Nll),
                Number(with.Nll),
                Verdict(with, tempered)
            );
        }
        yield return "";
        yield return "With the source's temperature, p = sigmoid(tau * difference); all tables above";
        yield return "are without it";
        foreach (var line in table.Lines())
            yield return line;
    }

    private static IEnumerable<string> Footer(EvaluationReport report)
    {
        yield return "";
        var counts =
            $"{Count(report.Pooled.Comparisons)} comparisons, {Count(report.Pooled.Clusters)} prompts with strict "
            + "pairs; ";
        yield return counts
            + (
                report.Options.Resamples == 0
                    ? "not resampled"
                    : $"{Count(report.Options.Resamples)} resamples, seed "
                        + $"{report.Options.Seed.ToString(CultureInfo.InvariantCulture)}"
            );
        if (report.Seen is { TrainedOn: var trained, ChosenBy: var chose } seen && trained + chose > 0)
        {
            yield return $"Not new to the model: of {Count(seen.Prompts)} prompts it was trained on {Count(trained)}, "
                + $"{Count(chose)} chose.";
            yield return "The numbers above are not those of new prompts.";
        }
    }

    private static string Verdict(SourceMetrics m, EvaluationReport report)
    {
        var holds =
            report.Sources.Count > 1
            && m.CalibrationTest.PValueHolm is { } adjusted
            && adjusted < 1 - report.Options.Level;
        return m.CalibrationTest.Verdict switch
            {
                null => "-",
                CalibrationVerdict.Noise => "noise",
                CalibrationVerdict.Overconfident => "over",
                CalibrationVerdict.Underconfident => "under",
                _ => "uneven",
            } + (holds ? "*" : "");
    }

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double? value, string format = "0.000") =>
        value switch
        {
            null => "-",
            { } number when !double.IsFinite(number) => number
                .ToString(CultureInfo.InvariantCulture)
                .Replace("Infinity", "inf", StringComparison.Ordinal),
            { } number when Math.Abs(number) >= 1000 => number.ToString("0.0e+0", CultureInfo.InvariantCulture),
            { } number => number.ToString(format, CultureInfo.InvariantCulture),
        };

    private static string PValue(double? value) => value < 0.001 ? "<.001" : Number(value);

    // A probability's error: four digits, no leading zero.
    private static string Small(double? value) =>
        value is { } number ? number.ToString(".0000", CultureInfo.InvariantCulture) : "-";

    private static string Range(Interval? interval) =>
        interval is null ? "-" : $"{Number(interval.Low)}-{Number(interval.High)}";

    private static string SmallRange(Interval? interval) =>
        interval is null ? "-" : $"{Small(interval.Low)}-{Small(interval.High)}";

    /// <summary>
    /// A table whose first column is text and whose others are numbers, aligned right; the first gives way where the
    /// line would be too long.
    /// </summary>
    private sealed class Columns(params string[] headers)
    {
        private readonly List<string[]> rows = [headers];

        public string Gap { get; init; } = "  ";

        public void Add(params string[] cells) => rows.Add(cells);

        public IEnumerable<string> Lines()
        {
            var widths = headers.Select((_, c) => rows.Max(row => row[c].Length)).ToArray();
            widths[0] = Math.Min(widths[0], Math.Max(8, Width - widths.Skip(1).Sum(w => w + Gap.Length)));
            return rows.Select(row =>
                string.Join(Gap, row.Select((cell, c) => c == 0 ? Fit(cell, widths[0]) : cell.PadLeft(widths[c])))
                    .TrimEnd()
            );
        }

        public static string Fit(string name, int width) =>
            name.Length <= width ? name.PadRight(width) : string.Concat(name.AsSpan(0, width - 1), "…");
    }
}
