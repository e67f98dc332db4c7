using System.Globalization;
using Concord.Calibration;

namespace Concord.Bench.Results;

/// <summary>
/// The tables of a results page: schemes trained with the same seeds on the same data, source by source, and their
/// differences from the first with intervals over prompts and seeds.
/// </summary>
internal static class ResultsTables
{
    /// <summary>
    /// Runs: <c>results FOLDER SCHEME.. [seeds=3] [plot=FILE.svg]</c>; FOLDER holds SCHEME-1, SCHEME-2 ...
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        if (options.Words.Length < 2)
            throw new ConcordException("results FOLDER SCHEME..: a folder and at least one scheme were expected.");
        var seeds = options.Number("seeds", 3);
        SchemeRuns[] schemes = [.. options.Words[1..].Select(name => SchemeRuns.Read(options.Words[0], name, seeds))];
        string[] sources = [.. schemes[0].Reports[0].Sources.Select(source => source.Name)];
        // first of all: it is here that held-out sides which are not the same are noticed
        var coin = schemes[0]
            .Predictions.Select(run =>
                run.Select(one => one with { Rewards = [.. one.Rewards.Select(_ => 0.0)] }).ToArray()
            )
            .ToArray();
        var fromCoin = SchemeDifferences.Of([.. schemes.Select(scheme => (scheme.Title, coin, scheme))]);
        var fromFirst = SchemeDifferences.Of([
            .. schemes[1..].Select(scheme => (scheme.Title, schemes[0].Predictions, scheme)),
        ]);
        HeldOut(schemes[0], sources);
        Numbers("Accuracy", schemes, sources, m => m.AccuracyTiesHalf);
        Numbers("NLL (a coin: .693)", schemes, sources, m => m.Nll);
        Numbers("ECE (all ordered pairs, 10 bins)", schemes, sources, m => m.Ece);
        Numbers("ECE, debiased (about 0 for a calibrated model)", schemes, sources, m => Entry(m).DebiasedSigned);
        fromCoin.Print("NLL less a coin's (below 0: better than a coin)", m => m.Nll);
        fromFirst.Print($"NLL less that of {schemes[0].Title}", m => m.Nll);
        fromFirst.Print($"Accuracy less that of {schemes[0].Title}", m => m.Accuracy);
        fromFirst.Print($"ECE less that of {schemes[0].Title}", m => m.Ece);
        Learned(schemes, sources);
        if (options.Values.TryGetValue("plot", out var plot))
            File.WriteAllText(plot, ResultsPlot.Draw(schemes, sources));
    }

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
        var seeds = schemes[0].Reports.Count;
        Console.WriteLine($"**{title}**{(seeds > 1 ? $", means over {seeds} seeds" : ", one seed")}\n");
        Markdown.Header(["source", .. schemes.Select(scheme => scheme.Title)]);
        foreach (var name in sources)
            Markdown.Row([name, .. schemes.Select(scheme => Shown(scheme.Of(name, number)))]);
        if (sources.Length > 1)
            Markdown.Row(["mean", .. schemes.Select(scheme => Shown(scheme.Means(number).Average()))]);
        if (seeds > 1)
            Markdown.Row([
                "s.d. over seeds of the mean",
                .. schemes.Select(scheme => Shown(Deviation(scheme.Means(number)))),
            ]);
        Console.WriteLine();
    }

    private static void Learned(SchemeRuns[] schemes, string[] sources)
    {
        Console.WriteLine(
            "**Learned**: temperatures τ, means over seeds, and λ, means (least to most) over steps and seeds\n"
        );
        SchemeRuns[] warm = [.. schemes.Where(scheme => sources.Any(name => scheme.Temperature(name) != 1))],
            weighed = [.. schemes.Where(scheme => scheme.Weighs)];
        Markdown.Header([
            "source",
            .. warm.Select(scheme => $"τ, {scheme.Title}"),
            .. weighed.Select(scheme => $"λ, {scheme.Title}"),
        ]);
        foreach (var name in sources)
            Markdown.Row([
                name,
                .. warm.Select(scheme => scheme.Temperature(name).ToString("f2", CultureInfo.InvariantCulture)),
                .. weighed.Select(scheme =>
                {
                    var weights = scheme.Weights(name);
                    return weights.Length == 0
                        ? ""
                        : $"{Shown(weights.Average())} ({Shown(weights.Min())} to {Shown(weights.Max())})";
                }),
            ]);
    }

    private static double Deviation(double[] values) =>
        Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / Math.Max(1, values.Length - 1));

    private static string Shown(double? value) => SchemeDifferences.Shown(value);

    private static CalibrationEntry Entry(SourceMetrics m) =>
        m.Calibration[CalibrationReading.AllOrderedPairs][BinningScheme.Headline.Name];
}
