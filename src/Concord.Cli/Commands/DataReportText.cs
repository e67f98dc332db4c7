using System.Globalization;
using Concord.Cli.Terminals;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;
using Concord.Runs.Data;

namespace Concord.Cli.Commands;

/// <summary>The statistics of data as tables.</summary>
internal static class DataReportText
{
    // More would bury the tables; the rest is counted here and listed in the JSON.
    private const int ListedProblems = 20;
    private const int ListedContradictions = 20;

    public static void Write(DataReport report, Terminal terminal)
    {
        Files(report.Files, terminal);
        Problems("Refused: records that rendering or tokenizer refuse; not counted below", report.Refused, terminal);
        var sources = report.Statistics.Sources;
        if (sources.Count == 0)
            return;
        Counts(sources, terminal);
        FormsTable(report, terminal);
        LengthsTable(report, terminal);
        Oddities(report.Statistics, terminal);
        if (report.MaximumLength is { } maximum)
            Overlong(report, maximum, terminal);
        Contradictions(report.Statistics.Contradictions, terminal);
    }

    private static void Files(IReadOnlyList<ReadResult> files, Terminal terminal)
    {
        var names = ShortNames(files);
        terminal.Out.WriteLine("Files");
        var table = new TextTable("file", "format", ">records", ">comparisons", ">problems", ">left out");
        foreach (var file in files)
            table.Add(
                names[file.File],
                file.Format.Name,
                file.Records,
                file.Comparisons.Count,
                file.Problems.Count,
                file.Dropped.Values.Sum()
            );
        table.Write(terminal);
        foreach (var file in files)
        foreach (var (reason, count) in file.Dropped)
            terminal.Out.WriteLine($"{names[file.File]}: left out {Text(count)}: {reason}");
        foreach (var file in files)
        {
            var shown = file with { File = names[file.File] };
            foreach (var line in (string?[])[UnusedColumns.Said(shown), UnusedColumns.Bookkeeping(shown)])
                if (line is not null)
                    WriteWrapped(terminal, line, ", ");
        }
        foreach (var note in files.SelectMany(file => file.Notes))
            WriteWrapped(terminal, PlainWriter.OneLine(note), " ");
        Problems("Problems: records that could not be read", [.. files.SelectMany(file => file.Problems)], terminal);
    }

    private static void Problems(string title, IReadOnlyList<ReadProblem> problems, Terminal terminal)
    {
        if (problems.Count == 0)
            return;
        Title(terminal, title);
        foreach (var problem in problems.Take(ListedProblems))
            terminal.Out.WriteLine(PlainWriter.OneLine(problem.ToString()));
        if (problems.Count > ListedProblems)
            terminal.Out.WriteLine($"and {Text(problems.Count - ListedProblems)} more; --json OUT lists all.");
    }

    // only where there is something to say: a model is named, or texts are not all messages
    private static void FormsTable(DataReport report, Terminal terminal)
    {
        var parsed = report.ParsesDialogues;
        if (report.Rendering is not null || report.Forms.Any(form => form.HasOthers))
        {
            Title(terminal, report.Rendering?.ToString() ?? "Texts: what is no message is read as it is");
            var table = new TextTable("source", "texts");
            foreach (var (source, form) in report.Statistics.Sources.Zip(report.Forms))
                table.Add(source.Source, form.Text(parsed));
            table.Write(terminal);
        }
        foreach (var note in report.Notes)
            terminal.Error.WriteLine(PlainWriter.OneLine(note));
    }

    private static void Counts(IReadOnlyList<SourceStatistics> sources, Terminal terminal)
    {
        Title(terminal, "Comparisons per source (ties: comparisons of which no pair is ordered)");
        var table = new TextTable("source", ">comparisons", ">prompts", ">responses", ">pairs", ">ties", ">annotators");
        foreach (var source in sources)
            table.Add(
                source.Source,
                source.Comparisons,
                source.Prompts,
                source.Responses,
                source.StrictPairs,
                source.Ties,
                source.Annotators == 0 ? "-" : source.Annotators
            );
        if (sources.Count > 1)
            table.Add(
                "(all)",
                sources.Sum(source => source.Comparisons),
                "",
                sources.Sum(source => source.Responses),
                sources.Sum(source => source.StrictPairs),
                sources.Sum(source => source.Ties)
            );
        table.Write(terminal);
    }

    private static void LengthsTable(DataReport report, Terminal terminal)
    {
        Title(
            terminal,
            report.Unit == "tokens"
                ? "Length of a row, prompt and response, in tokens; shared: the part of all rows"
                : "Length of a row, prompt and response, in characters (no --tokenizer is named);\nshared: the part "
                    + "of all rows"
        );
        terminal.Out.WriteLine("that the responses of a comparison have in common as their beginning");
        var table = new TextTable("source", ">median", ">95 %", ">longest", ">in all", ">shared");
        foreach (var source in report.Statistics.Sources)
            table.Add(
                source.Source,
                source.Lengths.Median,
                source.Lengths.Percentile95,
                source.Lengths.Longest,
                source.Lengths.Total,
                Percent(source.SharedPrefixShare)
            );
        table.Write(terminal);
    }

    private static void Oddities(DataStatistics statistics, Terminal terminal)
    {
        Title(terminal, "Oddities: comparisons said twice, pairs of the same text, empty responses, and,");
        terminal.Out.WriteLine("of the pairs judged, how many are contradicted within or by other sources");
        var table = new TextTable("source", ">duplicates", ">same text", ">empty", ">judged", ">within", ">by others");
        foreach (var source in statistics.Sources)
        {
            table.Add(
                source.Source,
                source.Duplicates,
                source.IdenticalPairs,
                source.EmptyResponses,
                source.JudgedPairs,
                source.ContradictedWithin,
                source.ContradictedByOthers
            );
        }
        table.Write(terminal);
        if (statistics.SharedPrompts > 0)
            terminal.Out.WriteLine(
                $"{Text(statistics.SharedPrompts)} prompts occur in more than one source; a split keeps each on one "
                    + $"side."
            );
    }

    private static void Overlong(DataReport report, int maximum, Terminal terminal)
    {
        var overlong = report.Statistics.Sources.Where(source => source.Overlong > 0).ToArray();
        Title(terminal, $"Pairs of comparisons with a row over {Text(maximum)} {report.Unit}: cut by the first three");
        terminal.Out.WriteLine("policies (alike: both rows the same afterwards), left out, or an error");
        if (overlong.Length == 0)
        {
            terminal.Out.WriteLine("none");
            return;
        }
        var table = new TextTable("source", ">pairs", ">shared-left", ">left", ">right", ">drop", ">error", ">alike");
        foreach (var source in overlong)
        {
            table.Add(
                source.Source,
                source.StrictPairs,
                Policy(source, "shared-left").PairsCut,
                Policy(source, "left").PairsCut,
                Policy(source, "right").PairsCut,
                Policy(source, "drop").PairsDropped,
                Policy(source, "error").PairsRefused,
                string.Join(" / ", source.Policies.Take(3).Select(policy => Text(policy.PairsAlike)))
            );
        }
        table.Write(terminal);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("Responses that lose a part of themselves, not only prompt");
        table = new TextTable("source", ">responses", ">shared-left", ">left", ">right");
        foreach (var source in overlong)
        {
            table.Add(
                source.Source,
                source.Responses,
                Policy(source, "shared-left").ResponsesCut,
                Policy(source, "left").ResponsesCut,
                Policy(source, "right").ResponsesCut
            );
        }
        table.Write(terminal);
    }

    private static void Contradictions(IReadOnlyList<Contradiction> contradictions, Terminal terminal)
    {
        var opposed = contradictions.Where(contradiction => contradiction.Opposed > 0).ToArray();
        if (opposed.Length == 0)
            return;
        Title(terminal, "Contradictions: the same two responses to the same prompt in opposite orders");
        var table = new TextTable("source", "against", ">both judge", ">opposed", ">share");
        foreach (var one in opposed.Take(ListedContradictions))
            table.Add(
                one.First,
                one.First == one.Second ? "itself" : one.Second,
                one.Shared,
                one.Opposed,
                Percent((double)one.Opposed / one.Shared)
            );
        table.Write(terminal);
        if (opposed.Length > ListedContradictions)
            terminal.Out.WriteLine($"and {Text(opposed.Length - ListedContradictions)} more; --json OUT lists all.");
        var (first, second) = opposed[0].Examples[0];
        terminal.Out.WriteLine($"for instance {Place(first)} and {Place(second)}");
    }

    // a line may break behind its separators only: a column stays beside its count
    private static void WriteWrapped(Terminal terminal, string text, string separator)
    {
        const int width = 80;
        var line = "";
        foreach (var part in text.Split(separator))
        {
            if (line.Length > 0 && line.Length + separator.Length + part.Length > width - 1)
            {
                terminal.Out.WriteLine((line + separator).TrimEnd());
                line = "  " + part;
            }
            else
                line = line.Length == 0 ? part : line + separator + part;
        }
        terminal.Out.WriteLine(line);
    }

    private static void Title(Terminal terminal, string title)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(title);
    }

    private static OverlongPolicy Policy(SourceStatistics source, string name) =>
        source.Policies.Single(policy => policy.Name == name);

    private static string Place(RecordOrigin origin) => $"{origin.File}:{Text(origin.Line)}";

    // The file's name, and more of its path only where two files have the same.
    private static Dictionary<string, string> ShortNames(IReadOnlyList<ReadResult> files) =>
        files
            .Select(file => file.File)
            .Distinct()
            .GroupBy(Path.GetFileName)
            .SelectMany(group => group.Select(file => (File: file, Name: group.Skip(1).Any() ? file : group.Key!)))
            .ToDictionary(pair => pair.File, pair => pair.Name);

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
