using System.Globalization;
using System.Text.Json;
using Concord.Cli.Terminals;
using Concord.Runs.DryRuns;

namespace Concord.Cli.Commands;

/// <summary>What a run would do and take, for people and for machines.</summary>
internal static class DryRunText
{
    public static void Write(DryRunReport report, Terminal terminal)
    {
        foreach (var note in report.Notes)
            terminal.Error.WriteLine(PlainWriter.OneLine(note));
        foreach (var line in TrainingPlanText.Lines(report.Plan, terminal.Width))
            terminal.Out.WriteLine(line);
        terminal.Out.WriteLine();
        var evaluations =
            report.EvaluationSeconds > 0 ? $", evaluations {Progress.Duration(report.EvaluationSeconds)}" : "";
        terminal.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"time    about {Progress.Duration(report.Seconds)}: {report.Plan.Steps:#,0} steps of "
                    + $"{Progress.Duration(report.SecondsPerStep)}{evaluations}"
            )
        );
        terminal.Out.WriteLine(
            $"memory  about {ModelCommand.Size(report.MemoryBytes)}; this machine has "
                + $"{ModelCommand.Size(report.AvailableBytes)}"
        );
        terminal.Out.WriteLine($"disk    about {ModelCommand.Size(report.DiskBytes)}, at most:");
        foreach (var (what, bytes) in report.Disk)
            terminal.Out.WriteLine($"        {ModelCommand.Size(bytes)}  {what}");
        terminal.Out.WriteLine(
            report.WhyComputed is { } why
                ? $"Time and memory are computed from the model's shape and the measured speed of this machine's "
                    + $"products: {why}"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Time and memory are measured on {report.MeasuredTokens:#,0} tokens of the first batch."
                )
        );
        terminal.Out.WriteLine("Nothing was written.");
    }

    public static void Write(Utf8JsonWriter json, DryRunReport report)
    {
        json.WriteStartObject();
        json.WriteString("outcome", "dry_run");
        json.WriteNull("output"); // keys of every result of the command: by them an earlier one is known
        json.WriteNull("best_step");
        json.WriteNumber("steps", report.Plan.Steps);
        json.WriteNumber("steps_per_epoch", report.Plan.StepsPerEpoch);
        json.WriteNumber("comparisons_per_step", report.Plan.ComparisonsPerStep);
        json.WriteNumber("tokens", report.Plan.Tokens);
        json.WriteNumber("seconds", report.Seconds);
        json.WriteNumber("seconds_per_step", report.SecondsPerStep);
        json.WriteNumber("evaluation_seconds", report.EvaluationSeconds);
        json.WriteBoolean("measured", report.WhyComputed is null);
        json.WriteString("why_computed", report.WhyComputed);
        json.WriteNumber("memory_bytes", report.MemoryBytes);
        json.WriteNumber("disk_bytes", report.DiskBytes);
        json.WriteStartObject("sources");
        foreach (var source in report.Plan.Sources)
        {
            json.WriteStartObject(source.Name);
            json.WriteNumber("comparisons", source.Comparisons);
            json.WriteNumber("drawn", source.Drawn);
            json.WriteNumber("times_seen", source.TimesSeen);
            json.WriteNumber("set_aside", source.SetAside);
            json.WriteNumber("validation", source.Validation);
            json.WriteNumber("held_out", source.HeldOut);
            json.WriteNumber("held_out_prompts", source.HeldOutPrompts);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("warnings");
        foreach (var warning in report.Plan.Warnings())
            json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
