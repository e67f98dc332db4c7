using System.Text.Json;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;

namespace Concord.Runs.Data;

/// <summary>The statistics of data where a machine reads them; nothing is shortened.</summary>
public static class DataReportJson
{
    /// <summary>Writes a report as one object.</summary>
    public static void Write(Utf8JsonWriter json, DataReport report)
    {
        json.WriteStartObject();
        json.WriteString("unit", report.Unit);
        if (report.MaximumLength is { } maximum)
            json.WriteNumber("max_length", maximum);
        else
            json.WriteNull("max_length");
        json.WriteStartArray("files");
        foreach (var file in report.Files)
            File(json, file);
        json.WriteEndArray();
        json.WriteStartObject("sources");
        foreach (var source in report.Statistics.Sources)
            Source(json, source, report.Unit);
        json.WriteEndObject();
        json.WriteNumber("prompts_in_several_sources", report.Statistics.SharedPrompts);
        json.WriteStartArray("contradictions");
        foreach (var contradiction in report.Statistics.Contradictions)
            Contradiction(json, contradiction);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void File(Utf8JsonWriter json, ReadResult file)
    {
        json.WriteStartObject();
        json.WriteString("file", file.File);
        json.WriteString("format", file.Format.Name);
        json.WriteNumber("records", file.Records);
        json.WriteNumber("comparisons", file.Comparisons.Count);
        json.WriteStartObject("left_out");
        foreach (var (reason, count) in file.Dropped)
            json.WriteNumber(reason, count);
        json.WriteEndObject();
        json.WriteStartArray("problems");
        foreach (var problem in file.Problems)
        {
            json.WriteStartObject();
            json.WriteNumber("line", problem.Line);
            json.WriteString("message", problem.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Source(Utf8JsonWriter json, SourceStatistics source, string unit)
    {
        json.WriteStartObject(source.Source);
        json.WriteNumber("comparisons", source.Comparisons);
        json.WriteNumber("prompts", source.Prompts);
        json.WriteNumber("annotators", source.Annotators);
        json.WriteNumber("responses", source.Responses);
        json.WriteNumber("pairs", source.StrictPairs);
        json.WriteNumber("ties", source.Ties);
        json.WriteNumber("equal_pairs", source.EqualPairs);
        json.WriteStartObject(unit);
        json.WriteNumber("median", source.Lengths.Median);
        json.WriteNumber("p95", source.Lengths.Percentile95);
        json.WriteNumber("longest", source.Lengths.Longest);
        json.WriteNumber("total", source.Lengths.Total);
        json.WriteEndObject();
        json.WriteNumber("shared_prefix_share", source.SharedPrefixShare);
        json.WriteNumber("duplicates", source.Duplicates);
        json.WriteNumber("identical_pairs", source.IdenticalPairs);
        json.WriteNumber("empty_responses", source.EmptyResponses);
        json.WriteNumber("judged_pairs", source.JudgedPairs);
        json.WriteNumber("contradicted_within", source.ContradictedWithin);
        json.WriteNumber("contradicted_by_others", source.ContradictedByOthers);
        if (source.Policies.Count > 0)
        {
            json.WriteStartObject("overlong");
            json.WriteNumber("comparisons", source.Overlong);
            foreach (var policy in source.Policies)
            {
                json.WriteStartObject(policy.Name);
                json.WriteNumber("pairs_cut", policy.PairsCut);
                json.WriteNumber("responses_cut", policy.ResponsesCut);
                json.WriteNumber("pairs_alike", policy.PairsAlike);
                json.WriteNumber("pairs_dropped", policy.PairsDropped);
                json.WriteNumber("pairs_refused", policy.PairsRefused);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Contradiction(Utf8JsonWriter json, Contradiction contradiction)
    {
        json.WriteStartObject();
        json.WriteString("first", contradiction.First);
        json.WriteString("second", contradiction.Second);
        json.WriteNumber("shared_pairs", contradiction.Shared);
        json.WriteNumber("opposed_pairs", contradiction.Opposed);
        json.WriteStartArray("examples");
        foreach (var (first, second) in contradiction.Examples)
        {
            json.WriteStartArray();
            Origin(json, first);
            Origin(json, second);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Origin(Utf8JsonWriter json, RecordOrigin origin)
    {
        json.WriteStartObject();
        json.WriteString("file", origin.File);
        json.WriteNumber("line", origin.Line);
        json.WriteEndObject();
    }
}
