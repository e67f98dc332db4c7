using System.CommandLine;
using System.Text.Json;
using Concord.Calibration;
using Concord.Cli.CommandLine;
using Concord.Cli.Quickstart;
using Concord.Cli.Terminals;
using Concord.Foundation;
using Concord.Preferences.Sampling;
using Concord.Preferences.Simulation;
using Concord.Records;
using Concord.Runs;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Loop;

namespace Concord.Cli.Commands;

/// <summary>
/// <c>concord quickstart</c>: the schemes side by side on a simulated population whose truth is known.
/// </summary>
internal static class QuickstartCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Folder of data, runs and models; runs/quickstart unless given.",
            HelpName = "DIR",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Another population, another start.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var steps = new Option<int>("--steps")
        {
            Description = "Optimizer steps of each of the eight models.",
            DefaultValueFactory = _ => QuickstartScheme.DefaultSteps,
            HelpName = "N",
        };
        var validation = new Option<double>("--validation")
        {
            Description = "Share of the training prompts by which temperatures are fitted; 0 takes none.",
            DefaultValueFactory = _ => new PromptSplit().Validation,
            HelpName = "SHARE",
        };
        var json = new JsonOption("schemes", "differences", "conclusion");
        const string about =
            "Train small reward models on simulated annotators and compare the schemes, in under two minutes.";
        var command = new Command("quickstart", about) { output, seed, steps, validation, json, json.Force };
        command.WithExamples(
            "concord quickstart",
            "concord quickstart --seed 2 --output runs/second --json quickstart.json"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                json.Check(parse);
                if (parse.GetValue(seed) < 0)
                    throw new UsageException("--seed must be at least 0.");
                if (parse.GetValue(steps) < 1)
                    throw new UsageException("--steps must be at least 1.");
                var shares = SettingRule.Of(typeof(PromptSplit), nameof(PromptSplit.Validation)).Range;
                if (!shares.Holds(parse.GetValue(validation)))
                    throw new UsageException($"--validation must be {shares}.");
                var chosen = parse.GetValue(seed);
                var folder =
                    parse.GetValue(output)
                    ?? Path.Combine(
                        "runs",
                        chosen == 1 ? "quickstart" : FormattableString.Invariant($"quickstart-{chosen}")
                    );
                return Run(
                    folder,
                    chosen,
                    parse.GetValue(steps),
                    parse.GetValue(validation),
                    json,
                    parse,
                    terminal,
                    cancellation
                );
            }
        );
    }

    private static int Run(
        string folder,
        int seed,
        int steps,
        double validation,
        JsonOption json,
        ParseResult parse,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var started = terminal.Time.GetTimestamp();
        var people = json.ForPeople(parse, terminal);
        var population = SimulatedPopulation.Create(QuickstartScheme.Population(seed));
        QuickstartText.Introduce(population, steps, people);
        var data = Path.Combine(folder, "data");
        SimulatedFiles.Write(population, data);
        if (!Train(folder, seed, steps, validation, terminal, cancellation))
        {
            people.Out.WriteLine("Interrupted; the same command goes on with what is trained.");
            return ExitCodes.Interrupted;
        }
        var pairs = new HeldOutPairs(population);
        string[] Folders(QuickstartScheme scheme) =>
            [.. scheme.Recipes(folder, seed, steps, validation).Select(recipe => recipe.Output!)];
        SchemePredictions[] schemes =
        [
            .. QuickstartScheme.All.Select(scheme => pairs.Read(scheme.Name, Folders(scheme))),
        ];
        var differences = QuickstartConclusion.Differences(schemes, pairs);
        var conclusion = QuickstartConclusion.Paragraphs(
            schemes,
            pairs,
            differences,
            [.. population.Settings.Sources.Select(source => source.Noise)]
        );
        conclusion = [.. conclusion, .. Coins(Folders)];
        QuickstartText.Tables(schemes, pairs, people);
        QuickstartText.Conclude(conclusion, people);
        QuickstartText.Next(folder, people);
        var seconds = terminal.Time.GetElapsedTime(started).TotalSeconds;
        people.Out.WriteLine();
        people.Out.WriteLine($"{Progress.Duration(seconds)} in all.");
        json.Write(
            parse,
            terminal,
            writer =>
                JsonSerializer.Serialize(
                    writer,
                    QuickstartResult.Of(population, schemes, pairs, differences, conclusion, seed, seconds),
                    ResultJson.Default.QuickstartResult
                )
        );
        return ExitCodes.Done;
    }

    // of the models that are no better than a coin, a sentence each
    private static IEnumerable<string> Coins(Func<QuickstartScheme, string[]> foldersOf) =>
        from scheme in QuickstartScheme.All
        from folder in foldersOf(scheme)
        let coin = CoinSentence.Of(EvaluationFile.Read(new RunContents(folder).EvaluationFile))
        where coin is not null
        select $"{Path.GetFileName(folder)}: {coin}";

    private static bool Train(
        string folder,
        int seed,
        int steps,
        double validation,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var recipes = QuickstartScheme
            .All.SelectMany(scheme =>
                scheme.Recipes(folder, seed, steps, validation).Select(recipe => (scheme.Name, Recipe: recipe))
            )
            .ToArray();
        using var progress = new Progress(terminal, "training", recipes.Length * steps, "steps");
        var observer = new QuickstartProgress(progress);
        foreach (var (name, recipe) in recipes)
        {
            observer.Model = recipe.Only.Count > 0 ? $"{name} ({recipe.Only[0]})" : name;
            if (!TrainToTheEnd(recipe))
                return false;
            observer.Finished(steps);
        }
        return true;

        bool TrainToTheEnd(Recipe recipe)
        {
            var run = new RecipeRun(recipe, progress.WriteLine);
            if (run.Ended() is not null)
                return true;
            using var data = RunData.Open(recipe, progress.WriteLine);
            return run.Train(data, observer, cancellation).Outcome != TrainingOutcome.Interrupted;
        }
    }
}
