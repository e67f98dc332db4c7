using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Concord.Calibration;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Records;
using Concord.Runs;
using Concord.Runs.Data;
using Concord.Runs.DryRuns;
using Concord.Runs.Recipes;
using Concord.Training.Loop;

namespace Concord.Cli.Commands;

/// <summary><c>concord train</c>: trains one reward model by a recipe.</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var recipe = new Argument<string?>("RECIPE")
        {
            Description = "The recipe, a YAML file.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var overrides = new Argument<string[]>("KEY=VALUE")
        {
            Description = "Settings that replace the recipe's; keys inside groups are joined by dots.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var keys = new Option<bool>("--keys")
        {
            Description = "List every key of a recipe with its default and its meaning, and do nothing else.",
        };
        var dry = new Option<bool>("--dry-run")
        {
            Description =
                "Say what the run would do with the data, and about how much time, memory and disk it takes, and write "
                + "nothing.",
        };
        var json = new JsonOption("outcome", "output", "best_step");
        const string about =
            "Train one reward model on many sources by a recipe; the same command goes on after an interruption.";
        var command = new Command("train", about) { recipe, overrides, keys, dry, json, json.Force };
        command.WithExamples(
            "concord train recipes/simulated-more.yaml output=runs/simulated",
            "concord train recipes/more-temperatures.yaml data=DIR model=DIR output=runs/more",
            "concord train recipes/single.yaml only=[helpful] data=DIR model=DIR training.learning_rate=5e-6",
            "concord train recipes/evening.yaml data=DIR model=DIR --dry-run",
            "concord train --keys"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                if (parse.GetValue(keys))
                {
                    ShowKeys(terminal);
                    return ExitCodes.Done;
                }
                var file =
                    parse.GetValue(recipe)
                    ?? throw new UsageException(
                        "A recipe is needed: concord train RECIPE. Those that come with Concord lie in recipes/."
                    );
                if (file.Contains('=') && !File.Exists(file))
                    throw new UsageException(
                        $"'{file}' stands where the recipe is expected: write the recipe's file first, then KEY=VALUE."
                    );
                json.Check(parse, file);
                var assignments = parse.GetValue(overrides) ?? [];
                if (parse.GetValue(dry))
                    return DryRun(RecipeFile.Read(file, assignments), json, parse, terminal, cancellation);
                var again = string.Join(
                    ' ',
                    new[] { "concord", "train", file }.Concat(assignments).Select(ShellWord.Quote)
                );
                return Train(RecipeFile.Read(file, assignments), again, json, parse, terminal, cancellation);
            }
        );
    }

    private static int DryRun(
        Recipe recipe,
        JsonOption json,
        ParseResult parse,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        using var data = RunData.Open(recipe, terminal.Error.WriteLine);
        ShowData(data, recipe.Text.Dialogues == "parse", terminal);
        var report = new RecipeDryRun(recipe, terminal.Error.WriteLine).Run(data, cancellation);
        DryRunText.Write(report, json.ForPeople(parse, terminal));
        json.Write(parse, terminal, writer => DryRunText.Write(writer, report));
        return ExitCodes.Done;
    }

    private static int Train(
        Recipe recipe,
        string again,
        JsonOption json,
        ParseResult parse,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var run = new RecipeRun(recipe, terminal.Error.WriteLine);
        var (result, unseen) = run.Ended() is { } ended ? (ended, []) : Run(run, recipe, terminal, cancellation);
        var people = json.ForPeople(parse, terminal);
        var model = new RunContents(run.Output).ModelFolder;
        var steps = FormattableString.Invariant($"step {result.Step} of {result.Steps}");
        switch (result.Outcome)
        {
            case TrainingOutcome.Interrupted:
                people.Out.WriteLine(
                    result.HasCheckpoint
                        ? $"Interrupted after {steps}; a checkpoint is in "
                            + $"{new RunContents(run.Output).CheckpointsFolder}. The same command goes on from there:"
                        : $"Interrupted after {steps}, before the first checkpoint. The same command begins again:"
                );
                people.Out.WriteLine($"  {again}");
                break;
            case TrainingOutcome.AlreadyFinished:
                people.Out.WriteLine($"{run.Output} holds this run already, finished after {steps}: nothing was done.");
                people.Out.WriteLine(
                    FormattableString.Invariant($"Its model (of step {result.BestStep}) is in {model}.")
                );
                break;
            default:
                if (result.Evaluation is { Pooled.Comparisons: > 0 } report)
                {
                    foreach (var line in EvaluationReportText.Lines(report))
                        people.Out.WriteLine(line);
                    if (unseen.Length > 0)
                        people.Out.WriteLine(
                            $"Nothing was held out of {string.Join(", ", unseen)}: not in the tables."
                        );
                    people.Out.WriteLine();
                }
                people.Out.WriteLine(
                    FormattableString.Invariant(
                        $"Finished after {steps}. The model (of step {result.BestStep}) is in {model}."
                    )
                );
                if (result.Evaluation is { } whole && CoinSentence.Of(whole) is { } coin)
                    people.Out.WriteLine(coin);
                people.Out.WriteLine("Next:");
                people.Out.WriteLine($"  concord evaluate {ShellWord.Quote(model)} FILE...");
                people.Out.WriteLine($"  concord score {ShellWord.Quote(model)} FILE -o OUT.jsonl");
                break;
        }
        json.Write(parse, terminal, writer => Write(writer, run.Output, result));
        return result.Outcome == TrainingOutcome.Interrupted ? ExitCodes.Interrupted : ExitCodes.Done;
    }

    // with the sources that the held-out side says nothing of
    private static (TrainingResult Result, string[] Unseen) Run(
        RecipeRun run,
        Recipe recipe,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        using var data = RunData.Open(recipe, terminal.Error.WriteLine);
        ShowData(data, recipe.Text.Dialogues == "parse", terminal);
        using var told = cancellation.Register(() =>
            terminal.Error.WriteLine("stopping; Ctrl-C again ends at once, without a checkpoint")
        );
        using var reporter = new TrainingReporter(terminal);
        var account = data.Account;
        return (run.Train(data, reporter, cancellation), [.. account.Sources.Where((_, i) => account.HeldOut[i] == 0)]);
    }

    private static void ShowData(RunData data, bool parsed, Terminal terminal)
    {
        var account = data.Account;
        if (data.IsKept)
            terminal.Error.WriteLine("token ids of an earlier run over the same data");
        foreach (var file in account.Problems.GroupBy(problem => problem.File))
        {
            terminal.Error.WriteLine(
                FormattableString.Invariant(
                    $"{file.Key}: {file.Count()} records could not be read (listed in unread.jsonl of the run's folder)"
                )
            );
            terminal.Error.WriteLine($"the first: {file.First()}");
        }
        foreach (var (file, reason, count) in account.Dropped)
            terminal.Error.WriteLine($"{file}: {count.ToString(CultureInfo.InvariantCulture)} left out: {reason}");
        var table = new TextTable("source", ">to train on", ">held out", "texts");
        for (var i = 0; i < account.Sources.Count; i++)
            table.Add(account.Sources[i], account.Training[i], account.HeldOut[i], account.Forms[i].Text(parsed));
        table.Write(terminal.Error, terminal.Width);
        if (account.TiedForTraining > 0)
            terminal.Error.WriteLine(
                FormattableString.Invariant($"{account.TiedForTraining} comparisons are ties alone and not trained on")
            );
    }

    private static void ShowKeys(Terminal terminal)
    {
        foreach (var (key, value, about) in RecipeFile.Keys())
            terminal.Out.WriteLine($"{key}{(value.Length > 0 ? $" = {value}" : "")}\n    {about}");
    }

    private static void Write(Utf8JsonWriter json, string output, TrainingResult result)
    {
        json.WriteStartObject();
        json.WriteString(
            "outcome",
            result.Outcome switch
            {
                TrainingOutcome.Finished => "finished",
                TrainingOutcome.AlreadyFinished => "already_finished",
                _ => "interrupted",
            }
        );
        json.WriteString("output", output);
        json.WriteString("model", new RunContents(output).ModelFolder);
        json.WriteNumber("step", result.Step);
        json.WriteNumber("steps", result.Steps);
        json.WriteNumber("best_step", result.BestStep);
        if (result.ResumedFrom is { } from)
            json.WriteNumber("resumed_from", from);
        else
            json.WriteNull("resumed_from");
        json.WriteString("coin", result.Evaluation is { } whole ? CoinSentence.Of(whole) : null);
        json.WritePropertyName("evaluation");
        if (result.Evaluation is { } report)
            EvaluationFile.Write(json, report);
        else
            json.WriteNullValue();
        json.WriteEndObject();
    }
}
