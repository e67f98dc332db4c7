using System.Text.Json;
using System.Text.Json.Serialization;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;

namespace Concord.Runs.Data;

/// <summary>The statistics of data where a machine reads them; nothing is shortened.</summary>
public static class DataReportJson
{
    /// <summary>Writes a report as one object.</summary>
    public static void Write(Utf8JsonWriter json, DataReport report) =>
        JsonSerializer.Serialize(json, DataReportForm.Of(report), DataReportContext.Default.DataReportForm);
}

/// <summary>How the form is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DataReportForm))]
[JsonSerializable(typeof(PolicyForm))]
internal sealed partial class DataReportContext : JsonSerializerContext;

/// <summary>A report key by key.</summary>
internal sealed record DataReportForm(
    string Unit,
    int? MaxLength,
    IReadOnlyList<FileForm> Files,
    IReadOnlyDictionary<string, SourceForm> Sources,
    int PromptsInSeveralSources,
    IReadOnlyList<ContradictionForm> Contradictions,
    string? Rendering,
    IReadOnlyList<RefusedForm> Refused,
    IReadOnlyList<string> Notes
)
{
    public static DataReportForm Of(DataReport report)
    {
        var forms = report
            .Statistics.Sources.Zip(report.Forms)
            .ToDictionary(one => one.First.Source, one => one.Second, StringComparer.Ordinal);
        return new(
            report.Unit,
            report.MaximumLength,
            [.. report.Files.Select(FileForm.Of)],
            report.Statistics.Sources.ToDictionary(
                source => source.Source,
                source => SourceForm.Of(source, forms[source.Source], report.Unit),
                StringComparer.Ordinal
            ),
            report.Statistics.SharedPrompts,
            [.. report.Statistics.Contradictions.Select(ContradictionForm.Of)],
            report.Rendering?.Name,
            [.. report.Refused.Select(one => new RefusedForm(one.File, one.Line, one.Message))],
            report.Notes
        );
    }
}

/// <summary>What a file gave.</summary>
internal sealed record FileForm(
    string File,
    string Format,
    int Records,
    int Comparisons,
    IReadOnlyDictionary<string, int> LeftOut,
    IReadOnlyList<UnusedColumn> ColumnsNotUsed,
    IReadOnlyList<string> Notes,
    IReadOnlyList<ProblemForm> Problems
)
{
    public static FileForm Of(ReadResult file) =>
        new(
            file.File,
            file.Format.Name,
            file.Records,
            file.Comparisons.Count,
            file.Dropped.ToDictionary(StringComparer.Ordinal),
            file.Unused,
            file.Notes,
            [.. file.Problems.Select(problem => new ProblemForm(problem.Line, problem.Message))]
        );
}

/// <summary>A record that could not be read.</summary>
internal sealed record ProblemForm(int Line, string Message);

/// <summary>A record that rendering or tokenizer refuse.</summary>
internal sealed record RefusedForm(string File, int Line, string Message);

/// <summary>A source. Its lengths stand under the name of their unit.</summary>
internal sealed record SourceForm(
    int Comparisons,
    int Prompts,
    int Annotators,
    int Responses,
    int Pairs,
    int Ties,
    int EqualPairs,
    SourceForms Forms,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LengthsForm? Tokens,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LengthsForm? Characters,
    double SharedPrefixShare,
    int Duplicates,
    int IdenticalPairs,
    int EmptyResponses,
    int JudgedPairs,
    int ContradictedWithin,
    int ContradictedByOthers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OverlongForm? Overlong
)
{
    public static SourceForm Of(SourceStatistics source, SourceForms forms, string unit)
    {
        var lengths = new LengthsForm(
            source.Lengths.Median,
            source.Lengths.Percentile95,
            source.Lengths.Longest,
            source.Lengths.Total
        );
        return new SourceForm(
            source.Comparisons,
            source.Prompts,
            source.Annotators,
            source.Responses,
            source.StrictPairs,
            source.Ties,
            source.EqualPairs,
            forms,
            unit == "tokens" ? lengths : null,
            unit == "tokens" ? null : lengths,
            source.SharedPrefixShare,
            source.Duplicates,
            source.IdenticalPairs,
            source.EmptyResponses,
            source.JudgedPairs,
            source.ContradictedWithin,
            source.ContradictedByOthers,
            source.Policies.Count == 0 ? null : OverlongForm.Of(source)
        );
    }
}

/// <summary>Lengths of rows.</summary>
internal sealed record LengthsForm(int Median, int P95, int Longest, long Total);

/// <summary>Comparisons with a row that is too long, and what each policy would do to them, by its name.</summary>
internal sealed record OverlongForm
{
    public required int Comparisons { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement> Policies { get; set; } = []; // the serializer takes no init here

    public static OverlongForm Of(SourceStatistics source) =>
        new()
        {
            Comparisons = source.Overlong,
            Policies = source.Policies.ToDictionary(
                policy => policy.Name,
                policy =>
                    JsonSerializer.SerializeToElement(
                        new PolicyForm(
                            policy.PairsCut,
                            policy.ResponsesCut,
                            policy.PairsAlike,
                            policy.PairsDropped,
                            policy.PairsRefused
                        ),
                        DataReportContext.Default.PolicyForm
                    ),
                StringComparer.Ordinal
            ),
        };
}

/// <summary>What a policy would do.</summary>
internal sealed record PolicyForm(int PairsCut, int ResponsesCut, int PairsAlike, int PairsDropped, int PairsRefused);

/// <summary>Two sources that contradict each other.</summary>
internal sealed record ContradictionForm(
    string First,
    string Second,
    int SharedPairs,
    int OpposedPairs,
    IReadOnlyList<RecordOrigin[]> Examples
)
{
    public static ContradictionForm Of(Contradiction contradiction) =>
        new(
            contradiction.First,
            contradiction.Second,
            contradiction.Shared,
            contradiction.Opposed,
            [.. contradiction.Examples.Select(example => new[] { example.First, example.Second })]
        );
}
