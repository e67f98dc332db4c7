using System.Text.Json.Serialization;
using Concord.Calibration;

namespace Concord.Records;

/// <summary>An evaluation during training in <c>metrics.jsonl</c>.</summary>
public sealed record MetricsEvaluation
{
    /// <summary>Version of the line; 1 where it has none (for which the serializer gives 0).</summary>
    public int Version
    {
        get;
        init => field = value == 0 ? MetricsFile.CurrentVersion : value;
    } = MetricsFile.CurrentVersion;

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Whether the model was the best so far.</summary>
    public required bool Best { get; init; }

    /// <summary>The headline numbers of each source.</summary>
    public required IReadOnlyDictionary<string, MetricsSummary> Evaluation { get; init; }

    /// <summary>The headline numbers of a report.</summary>
    public static MetricsEvaluation Of(int step, EvaluationReport report, bool best) =>
        new()
        {
            Step = step,
            Best = best,
            Evaluation = report.Sources.ToDictionary(
                source => source.Name,
                source =>
                    MetricsSummary.Of(source) with
                    {
                        WithTemperature = report.WithTemperatures?.Sources.Find(source.Name) is { } tempered
                            ? MetricsSummary.Of(tempered)
                            : null,
                    },
                StringComparer.Ordinal
            ),
        };
}

/// <summary>The headline numbers of a source; null where undefined or not finite.</summary>
public sealed record MetricsSummary
{
    /// <summary>Strict pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>The share of pairs ordered as the source does.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Negative log-likelihood.</summary>
    public required double? Nll { get; init; }

    /// <summary>Brier score.</summary>
    public required double? Brier { get; init; }

    /// <summary>Expected calibration error: all ordered pairs, 10 uniform bins.</summary>
    public double? Ece { get; init; }

    /// <summary>The same under the source's temperature; null where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MetricsSummary? WithTemperature { get; init; }

    /// <summary>Of a source's numbers.</summary>
    public static MetricsSummary Of(SourceMetrics metrics) =>
        new()
        {
            Pairs = metrics.Pairs,
            Accuracy = MetricsFile.Finite(metrics.Accuracy),
            Nll = MetricsFile.Finite(metrics.Nll),
            Brier = MetricsFile.Finite(metrics.Brier),
            Ece = MetricsFile.Finite(metrics.Ece),
        };
}
