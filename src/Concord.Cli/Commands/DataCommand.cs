using System.CommandLine;
using System.Globalization;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Preferences.Readers;
using Concord.Runs.Data;

namespace Concord.Cli.Commands;

/// <summary>
/// <c>concord data</c>: what preference files hold, source by source, before anything is trained on them.
/// </summary>
internal static class DataCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description =
                "Preferences in any known format: JSON lines, a JSON array, a table (.csv, .tsv; all also .gz or .zst) or "
                + "parquet; - for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var preferences = new PreferenceOptions();
        var tokenizer = new Option<string?>("--tokenizer")
        {
            Description =
                "A model folder, tokenizer.json or tokenizer.model: lengths are then tokens, else characters.",
            HelpName = "DIR",
        };
        var maximum = new Option<int?>("--max-length")
        {
            Description =
                "Count the pairs that each truncation policy would cut at N tokens (characters without a tokenizer).",
            HelpName = "N",
        };
        var reading = new ReadingOptions();
        var strict = new Option<bool>("--strict")
        {
            Description = "Exit with 1 where a single record cannot be read, rendered or tokenized.",
        };
        var json = new JsonOption("unit", "files", "sources", "contradictions");
        var command = new Command(
            "data",
            "What preference files hold: comparisons, ties, lengths, duplicates and contradictions, source by source."
        )
        {
            files,
            tokenizer,
            maximum,
            strict,
            json,
            json.Force,
        };
        foreach (var option in reading.Options)
            command.Add(option);
        preferences.AddTo(command);
        command.WithExamples(
            "concord data helpful.json harmless-base.jsonl.gz",
            "concord data train/*.parquet --tokenizer models/pythia-160m --max-length 512",
            "concord data votes.jsonl --format responses --source experts --json statistics.json",
            "concord data pairs.csv --columns prompt=question,chosen=better,rejected=worse --source-field team"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                InputFiles.CheckOnce(parse.GetValue(files)!);
                json.Check(parse, parse.GetValue(files)!);
                var length = parse.GetValue(maximum);
                if (length < 1)
                    throw new UsageException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"--max-length {length}: a number from 1 was expected."
                        )
                    );
                var options = preferences.Read(parse);
                var (rendering, dialogues) = (reading.Rendering(parse), reading.Dialogues(parse));
                if (parse.GetValue(tokenizer) is null)
                    reading.Options.MustBeLeftOut(parse, "no --tokenizer: they say how a model reads texts");
                var texts = parse.GetValue(tokenizer) is { } folder
                    ? FolderReading.Open(folder, rendering, dialogues)
                    : null;
                var people = json.ForPeople(parse, terminal);
                var (results, failed) = Read(parse.GetValue(files)!, options, terminal, cancellation);
                if (results.Count == 0)
                    return ExitCodes.Failed;

                var report = Measure(results, texts, length, terminal, cancellation);
                DataReportText.Write(report, people);
                json.Write(parse, terminal, writer => DataReportJson.Write(writer, report));
                var lost = report.Refused.Count + results.Sum(result => result.Problems.Count);
                return
                    failed
                    || (parse.GetValue(strict) && lost > 0)
                    || results.All(result => result.Comparisons.Count == 0)
                    ? ExitCodes.Failed
                    : ExitCodes.Done;
            }
        );
    }

    // A file that gives nothing is said at once and makes the command fail in the end; the others are shown all the
    // same.
    private static (IReadOnlyList<ReadResult> Results, bool Failed) Read(
        string[] files,
        ReadOptions options,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var failed = false;
        var results = PreferenceFiles.Read(
            files,
            options,
            error =>
            {
                terminal.Error.WriteLine(PlainWriter.OneLine($"error: {error.Message}"));
                failed = true;
            },
            cancellation
        );
        return (results, failed);
    }

    private static DataReport Measure(
        IReadOnlyList<ReadResult> results,
        FolderReading? reading,
        int? maximum,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        if (reading is null)
            return DataReport.Of(results, null, maximum, null, cancellation);
        var comparisons = results.Sum(result => result.Comparisons.Count);
        using var progress = new Progress(terminal, "tokenizing", comparisons, "comparisons");
        return DataReport.Of(results, reading, maximum, done => progress.Report(done), cancellation);
    }
}
