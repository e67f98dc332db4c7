using System.Globalization;
using Concord.Calibration;

namespace Concord.Bench.Results;

/// <summary>
/// Schemes against another on the same pairs, with 95 % intervals, and those of a level at which a difference stands
/// although all of a table are counted (Bonferroni).
/// </summary>
/// <param name="Names">The schemes.</param>
/// <param name="Seeds">Seeds of each.</param>
/// <param name="Tests">Differences of a table.</param>
/// <param name="Reports">At 95 %.</param>
/// <param name="Strict">At 1 - .05 / <paramref name="Tests"/>.</param>
internal sealed record SchemeDifferences(
    string[] Names,
    int Seeds,
    int Tests,
    PairedReport[] Reports,
    PairedReport[] Strict
)
{
    /// <summary>Compares; of no scheme it is empty.</summary>
    /// <param name="pairs">A name, what the one says for each seed, and the other.</param>
    /// <exception cref="ConcordException">The held-out comparisons are not the same.</exception>
    public static SchemeDifferences Of(
        (string Name, IReadOnlyList<IReadOnlyList<Prediction>> First, SchemeRuns Second)[] pairs
    )
    {
        PairedReport[] At(double level) =>
            [
                .. pairs.Select(pair =>
                    PairedEvaluation.Run(pair.First, pair.Second.Predictions, new EvaluationOptions { Level = level })
                ),
            ];
        var reports = At(.95);
        var tests = reports.Sum(report => Rows(report).Length);
        return new SchemeDifferences(
            [.. pairs.Select(pair => pair.Name)],
            pairs.Length == 0 ? 0 : pairs[0].First.Count,
            tests,
            reports,
            tests == 0 ? [] : At(1 - .05 / tests)
        );
    }

    /// <summary>Writes a table; none where there is no scheme.</summary>
    /// <param name="title">What the differences are of.</param>
    /// <param name="number">The difference of a source.</param>
    public void Print(string title, Func<PairedMetrics, PairedDifference> number)
    {
        if (Names.Length == 0)
            return;
        Console.WriteLine(
            (
                Seeds > 1
                    ? $"**{title}**, means over seeds, 95 % intervals over prompts and seeds; "
                    : $"**{title}**, one seed, 95 % intervals over prompts; "
            ) + $"* stands when all {Tests} of the table are counted (Bonferroni)\n"
        );
        Markdown.Header(["source", .. Names]);
        for (var row = 0; row < Rows(Reports[0]).Length; row++)
            Markdown.Row([
                Rows(Reports[0])[row].Name,
                .. Reports.Zip(
                    Strict,
                    (report, strict) =>
                    {
                        var (difference, interval) = number(Rows(report)[row]);
                        var mark = number(Rows(strict)[row]).Sign != 0 ? " *" : "";
                        return $"{Shown(difference)} [{Shown(interval.Low)}, {Shown(interval.High)}]{mark}";
                    }
                ),
            ]);
        Console.WriteLine();
    }

    /// <summary>A number with three digits; nothing where there is none.</summary>
    public static string Shown(double? value) =>
        value is { } number && !double.IsNaN(number)
            ? number.ToString(".000;-.000;.000", CultureInfo.InvariantCulture)
            : "";

    // the mean of one source is that source
    private static PairedMetrics[] Rows(PairedReport report) =>
        report.Sources.Count > 1 ? [.. report.Sources, report.Mean] : [.. report.Sources];
}
