using System.CommandLine;
using System.Globalization;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;
using Concord.Runs.Scoring;

namespace Concord.Cli.Commands;

/// <summary><c>concord score</c>: a line of rewards for every record of a file.</summary>
internal static class ScoreCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Folder of a reward model, or of a run." };
        var file = new Argument<string>("FILE")
        {
            Description =
                "Comparisons in any known format, {\"prompt\" | \"messages\", \"responses\": [..]}, single answers "
                + "({\"prompt\", \"response\"}, {\"text\"}, {\"messages\"}), or {\"prompt_ids\": [..], "
                + "\"response_ids\": [[..], ..]}.",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description =
                "Where the lines go; a partial file beside it is gone on with if input and model are the same. - is "
                + "standard output.",
            HelpName = "OUT.jsonl",
            Required = true,
        };
        var preferences = new PreferenceOptions();
        var length = new Option<int?>("--max-length")
        {
            Description = "Longest text in tokens; the model folder's own if not given.",
            HelpName = "N",
        };
        var normalize = new Option<bool>("--normalize")
        {
            Description = "Rewards less their mean on the training sources, divided by their standard deviation.",
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "End at the first record that cannot be scored; else its line holds an error.",
        };
        var force = new ForceOption();
        var computing = new ComputingOptions();
        var command = new Command("score", "Rewards of every response of every record, in order, in bounded memory.")
        {
            model,
            file,
            output,
            length,
            normalize,
            strict,
            force,
        };
        preferences.AddTo(command);
        computing.AddTo(command);
        command.WithExamples(
            "concord score runs/more/model prompts.jsonl -o scores.jsonl",
            "concord score runs/more/model helpful.json -o scores.jsonl --normalize",
            "concord score runs/more/model answers.jsonl -o -"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                if (parse.GetValue(length) is < 3)
                    throw new UsageException(
                        $"--max-length {parse.GetValue(length)!.Value.ToString(CultureInfo.InvariantCulture)}: 3 or "
                            + $"more was expected."
                    );
                var (input, place) = (parse.GetValue(file)!, parse.GetValue(output)!);
                var reading = preferences.Read(parse);
                PreferenceFile.Check(input); // before a large model is opened
                var resumes = ScoreJob.Check(input, place, parse.GetValue(force), parse.GetValue(model));
                using var opened = RewardModel.Load(parse.GetValue(model)!, computing.Read(parse));
                foreach (var note in opened.Opening)
                    terminal.Error.WriteLine(note);
                terminal.Error.WriteLine(new ModelEncoding(opened).Choice);
                var job = new ScoreJob(opened, input, place)
                {
                    Reading = reading,
                    MaximumLength = parse.GetValue(length),
                    Normalize = parse.GetValue(normalize),
                    Strict = parse.GetValue(strict),
                    Force = parse.GetValue(force),
                    StandardOutput = terminal.Out,
                    Noted = terminal.Error.WriteLine,
                };
                return Run(job, place, resumes, terminal, cancellation);
            }
        );
    }

    private static int Run(ScoreJob job, string output, bool resumes, Terminal terminal, CancellationToken cancellation)
    {
        Progress? progress = null;
        var records = 0;
        ScoreResult result;
        try
        {
            result = job.Run(
                done =>
                {
                    records = done;
                    if (progress is null && done > 0)
                        terminal.Error.WriteLine($"Going on after {done} records of an earlier run.");
                    progress ??= new Progress(terminal, "scoring", 0, "records", done);
                    progress.Report(done);
                },
                cancellation
            );
        }
        catch (OperationCanceledException)
        {
            progress?.Dispose();
            terminal.Error.WriteLine(
                resumes && records > 0
                    ? $"Stopped after {records} records; the same command goes on from there."
                    : $"Stopped after {records} records."
            );
            throw;
        }
        finally
        {
            progress?.Dispose();
        }
        terminal.Error.WriteLine(
            result.Errors == 0
                ? $"{result.Records} records scored into {output}."
                : $"{result.Records} records written to {output}; {result.Errors} of them could not be scored and hold "
                    + $"an error instead.{(result.FirstError is { } first ? $" The first: {first}" : "")}"
        );
        return result.Errors == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }
}
