using Concord.Calibration;
using Concord.Records;

namespace Concord.Bench.Results;

/// <summary>The runs of one scheme, one for each seed.</summary>
/// <param name="Name">The scheme's name.</param>
/// <param name="Predictions">What each says of the held-out comparisons, under its temperatures.</param>
/// <param name="Reports">What that is worth, likewise.</param>
/// <param name="Contents">Their folders.</param>
internal sealed record SchemeRuns(
    string Name,
    IReadOnlyList<IReadOnlyList<Prediction>> Predictions,
    IReadOnlyList<EvaluationReport> Reports,
    IReadOnlyList<RunContents> Contents
)
{
    /// <summary>As tables say it: <c>more-temperatures</c> is MORE + temperatures.</summary>
    public string Title =>
        string.Join(
            " + ",
            Name.Split('-')
                .Select(word =>
                    word switch
                    {
                        "more" => "MORE",
                        "equal" => "Equal",
                        "multitask" => "MultiTask",
                        _ => word,
                    }
                )
        );

    /// <summary>Reads them: <c>FOLDER/NAME-1</c>, <c>FOLDER/NAME-2</c> ...</summary>
    public static SchemeRuns Read(string folder, string name, int seeds)
    {
        RunContents[] runs =
        [
            .. Enumerable.Range(1, seeds).Select(seed => RunContents.Open(Path.Combine(folder, $"{name}-{seed}"))),
        ];
        return new SchemeRuns(
            name,
            [.. runs.Select(run => run.Predictions())],
            [
                .. runs.Select(run =>
                {
                    var report = run.Evaluation();
                    return report.WithTemperatures ?? report;
                }),
            ],
            runs
        );
    }

    /// <summary>A number of a source, the mean over seeds; null where it has none.</summary>
    public double? Of(string source, Func<SourceMetrics, double?> number) =>
        Reports.Average(report => number(report.Sources[source]));

    /// <summary>The mean over the sources that have the number, of each seed.</summary>
    public double[] Means(Func<SourceMetrics, double?> number) =>
        [.. Reports.Select(report => report.Sources.Average(number) ?? double.NaN)];

    /// <summary>The temperature of a source, the mean over seeds; 1 where none was learned.</summary>
    public double Temperature(string source) => Reports.Average(report => report.Sources[source].Temperature ?? 1);

    /// <summary>Whether it weighs the sources of a batch unequally.</summary>
    public bool Weighs => Contents.Any(run => run.Metrics().Steps.Any(step => step.WeightSpread > 1e-6));

    /// <summary>Each step's weight of a source, of all seeds; none of a source that is only held out.</summary>
    public double[] Weights(string source) =>
        [
            .. Contents
                .SelectMany(run => run.Metrics().Steps.Select(step => step.Weights.GetValueOrDefault(source)))
                .OfType<double>(),
        ];
}
