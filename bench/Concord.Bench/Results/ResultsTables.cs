using System.Globalization;
using Concord.Calibration;

namespace Concord.Bench.Results;

/// <summary>
/// The tables of a results page: schemes trained with the same seeds on the same data, source by source, and their
/// differences from the first with intervals over prompts and seeds.
/// </summary>
internal static class ResultsTables
{
    /// <summary>Runs: <c>results FOLDER SCHEME.. [seeds=3]</c>; FOLDER holds SCHEME-1, SCHEME-2 ...</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var seeds = options.Number("seeds", 3);
        SchemeRuns[] schemes = [.. options.Words[1..].Select(name => SchemeRuns.Read(options.Words[0], name, seeds))];
        string[] sources = [.. schemes[0].Reports[0].Sources.Select(source => source.Name)];
        HeldOut(schemes[0], sources);
        Numbers("Accuracy", schemes, sources, m => m.AccuracyTiesHalf);
        Numbers("NLL (a coin: .693)", schemes, sources, m => m.Nll);
        Numbers("ECE (all ordered pairs, 10 bins)", schemes, sources, m => m.Ece);
        Numbers("ECE, debiased (about 0 for a calibrated model)", schemes, sources, m => Entry(m).DebiasedSigned);
        var coin = schemes[0]
            .Predictions.Select(run =>
                run.Select(one => one with { Rewards = [.. one.Rewards.Select(_ => 0.0)] }).ToArray()
            )
            .ToArray();
        Differences(
            "NLL less a coin's (below 0: better than a coin)",
            [.. schemes.Select(scheme => (scheme.Name, Pair(coin, scheme.Predictions)))],
            m => m.Nll
        );
        (string, Func<double, PairedReport>)[] others =
        [
            .. schemes[1..].Select(scheme => (scheme.Name, Pair(schemes[0].Predictions, scheme.Predictions))),
        ];
        Differences($"NLL less that of {schemes[0].Name}", others, m => m.Nll);
        Differences($"Accuracy less that of {schemes[0].Name}", others, m => m.Accuracy);
        Differences($"ECE less that of {schemes[0].Name}", others, m => m.Ece);
        Learned(schemes, sources);
    }

    private static Func<double, PairedReport> Pair(
        IReadOnlyList<IReadOnlyList<Prediction>> first,
        IReadOnlyList<IReadOnlyList<Prediction>> second
    ) => level => PairedEvaluation.Run(first, second, new EvaluationOptions { Level = level });

    private static void HeldOut(SchemeRuns scheme, string[] sources)
    {
        Console.WriteLine("**Held out**\n");
        Markdown.Header(
            "source",
            "comparisons",
            "strict pairs",
            "prompts",
            "a calibrated model's ECE",
            "longest answer"
        );
        foreach (var name in sources)
        {
            var m = scheme.Reports[0].Sources[name];
            Markdown.Row(
                name,
                $"{m.Comparisons}",
                $"{m.Pairs}",
                $"{m.Clusters}",
                Entry(m).Consistency is { } band
                    ? $"{Shown(band.Mean)} ({Shown(band.P05)} to {Shown(band.P95)})"
                    : "too few prompts",
                Shown(m.Baselines.Longest)
            );
        }
        Console.WriteLine();
    }

    private static void Numbers(
        string title,
        SchemeRuns[] schemes,
        string[] sources,
        Func<SourceMetrics, double?> number
    )
    {
        Console.WriteLine($"**{title}**, means over {schemes[0].Reports.Count} seeds\n");
        Markdown.Header(["source", .. schemes.Select(scheme => scheme.Name)]);
        foreach (var name in sources)
            Markdown.Row([name, .. schemes.Select(scheme => Shown(scheme.Of(name, number)))]);
        Markdown.Row(["mean", .. schemes.Select(scheme => Shown(scheme.Means(number).Average()))]);
        Markdown.Row([
            "s.d. over seeds of the mean",
            .. schemes.Select(scheme => Shown(Deviation(scheme.Means(number)))),
        ]);
        Console.WriteLine();
    }

    private static void Differences(
        string title,
        (string Name, Func<double, PairedReport> Of)[] schemes,
        Func<PairedMetrics, PairedDifference> number
    )
    {
        PairedReport[] reports = [.. schemes.Select(scheme => scheme.Of(.95))];
        var tests = schemes.Length * (reports[0].Sources.Count + 1);
        // a difference whose interval at this level leaves out 0 holds among all of the table (Bonferroni)
        PairedReport[] strict = [.. schemes.Select(scheme => scheme.Of(1 - .05 / tests))];
        Console.WriteLine(
            $"**{title}**, means over seeds, 95 % intervals over prompts and seeds; * holds among all {tests} of the "
                + $"table (Bonferroni)\n"
        );
        Markdown.Header(["source", .. schemes.Select(scheme => scheme.Name)]);
        foreach (var (i, name) in reports[0].Sources.Select(source => source.Name).Append("mean").Index())
            Markdown.Row([
                name,
                .. reports.Zip(
                    strict,
                    (report, sure) =>
                    {
                        var at = number(i < report.Sources.Count ? report.Sources[i] : report.Mean);
                        var mark = number(i < sure.Sources.Count ? sure.Sources[i] : sure.Mean).Sign != 0 ? " *" : "";
                        return $"{Shown(at.Difference)} [{Shown(at.Interval.Low)}, {Shown(at.Interval.High)}]{mark}";
                    }
                ),
            ]);
        Console.WriteLine();
    }

    private static void Learned(SchemeRuns[] schemes, string[] sources)
    {
        Console.WriteLine(
            "**Learned**: temperatures τ, means over seeds, and λ, means (least to most) over steps and seeds\n"
        );
        SchemeRuns[] warm = [.. schemes.Where(scheme => sources.Any(name => scheme.Temperature(name) != 1))],
            weighed = [.. schemes.Where(scheme => sources.Any(name => Spread(scheme.Weights(name)) > 1e-6))];
        Markdown.Header([
            "source",
            .. warm.Select(scheme => $"τ, {scheme.Name}"),
            .. weighed.Select(scheme => $"λ, {scheme.Name}"),
        ]);
        foreach (var name in sources)
            Markdown.Row([
                name,
                .. warm.Select(scheme => scheme.Temperature(name).ToString("f2", CultureInfo.InvariantCulture)),
                .. weighed.Select(scheme =>
                {
                    var weights = scheme.Weights(name);
                    return $"{Shown(weights.Average())} ({Shown(weights.Min())} to {Shown(weights.Max())})";
                }),
            ]);
    }

    private static double Spread(double[] weights) => weights.Length == 0 ? 0 : weights.Max() - weights.Min();

    private static double Deviation(double[] values) =>
        Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / Math.Max(1, values.Length - 1));

    private static string Shown(double? value) =>
        value?.ToString(".000;-.000;.000", CultureInfo.InvariantCulture) ?? "";

    private static CalibrationEntry Entry(SourceMetrics m) =>
        m.Calibration[CalibrationReading.AllOrderedPairs][BinningScheme.Headline.Name];
}
