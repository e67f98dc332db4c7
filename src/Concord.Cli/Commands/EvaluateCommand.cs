using System.CommandLine;
using System.Globalization;
using Concord.Calibration;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;

namespace Concord.Cli.Commands;

/// <summary><c>concord evaluate</c>: accuracy and calibration per source.</summary>
internal static class EvaluateCommand
{
    // as `scores.jsonl` of a run; the version tells them from another program's
    private static readonly OutputKind Scores = OutputKind.Lines(
        "a file of saved scores",
        line => ((string[])["version", "source", "rewards", "scores"]).All(key => line.TryGetProperty(key, out _))
    );

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "Folder of a reward model.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var files = new Argument<string[]>("FILE")
        {
            Description = "Preferences in any known format.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var preferences = new PreferenceOptions();
        var length = new Option<int?>("--max-length")
        {
            Description = "Longest text in tokens; the model folder's own if not given.",
            HelpName = "N",
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "A record that cannot be read, rendered or tokenized ends the command.",
        };
        var scores = new Option<string[]>("--scores")
        {
            Description =
                "Rewards that any reward model wrote: lines {\"source\", \"rewards\": [..], \"scores\": [..]} or "
                + "{\"chosen_reward\", \"rejected_reward\"}, JSON lines or a JSON array, plain or .gz.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "FILE",
        };
        var singles = new Option<string[]>("--single")
        {
            Description =
                "The scores of the model that was trained on one source alone, all over the same comparisons; for "
                + "the baselines top and averaging.",
            HelpName = "SOURCE=FILE",
        };
        var baseline = new Option<string?>("--baseline")
        {
            Description =
                "What to make of the Singles: top (each source by its own) or averaging (the mean reward of all).",
            HelpName = "top|averaging",
        };
        var bins = new Option<int>("--bins")
        {
            Description = "Bins of the ECE in the tables; 5, 10 and 20 are always in the JSON.",
            DefaultValueFactory = _ => 10,
            HelpName = "N",
        };
        var bootstrap = new Option<int>("--bootstrap")
        {
            Description = "Draws that test calibration and show what chance shows; 0 for none.",
            DefaultValueFactory = _ => 1000,
            HelpName = "N",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Seed of the resamples.",
            DefaultValueFactory = _ => 1,
            HelpName = "S",
        };
        var temperatures = new Option<string[]>("--temperature")
        {
            Description =
                "A source's temperature: p = sigmoid(TAU * difference). The results are shown without and with it; "
                + "a source that is not named has 1.",
            HelpName = "SOURCE=TAU",
        };
        var save = new Option<string?>("--save-scores")
        {
            Description = "Write each comparison's rewards, scores, source, prompt_id, file and line as JSON lines.",
            HelpName = "OUT",
        };
        var json = new JsonOption("pooled", "sources", "settings");
        var computing = new ComputingOptions();
        var command = new Command(
            "evaluate",
            "Accuracy and calibration per source, with intervals and the noise floor."
        )
        {
            model,
            files,
            length,
            strict,
            scores,
            singles,
            baseline,
            bins,
            bootstrap,
            seed,
            temperatures,
            save,
            json,
        };
        preferences.AddTo(command);
        computing.AddTo(command);
        command.WithExamples(
            "concord evaluate runs/more/model helpful.json webgpt.json",
            "concord evaluate --scores scores.jsonl",
            "concord evaluate --baseline top --single helpful=a.jsonl --single webgpt=b.jsonl",
            "concord evaluate --scores helpful.jsonl harmless.jsonl.gz --json evaluation.json",
            "concord evaluate --scores scores.jsonl --temperature webgpt=0.6 --bins 20"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                var shown = parse.GetValue(bins);
                if (shown is < 1 or > EvaluationOptions.MaximumBins)
                    throw new UsageException(
                        $"--bins {Text(shown)}: a number from 1 to {Text(EvaluationOptions.MaximumBins)} was expected."
                    );
                if (parse.GetValue(bootstrap) < 0)
                    throw new UsageException($"--bootstrap {Text(parse.GetValue(bootstrap))}: 0 or more was expected.");
                var options = new EvaluationOptions
                {
                    Bins = [.. EvaluationOptions.StandardBins.Append(shown).Distinct().Order()],
                    Resamples = parse.GetValue(bootstrap),
                    Seed = parse.GetValue(seed),
                    Temperatures = Temperatures(parse.GetValue(temperatures) ?? []),
                };
                Option[] ofModels = [.. preferences.Options, length, strict, .. computing.Options];
                var (scored, folder, data, alone) = (
                    parse.GetValue(scores) ?? [],
                    parse.GetValue(model),
                    parse.GetValue(files) ?? [],
                    parse.GetValue(singles) ?? []
                );
                IPredictionSource predicting;
                switch (scored, folder, data)
                {
                    case ({ Length: 0 }, null, _) when alone.Length > 0:
                        ofModels.MustBeLeftOut(parse, "--single: they are for a model run over files");
                        predicting = SinglesPredictions.Parse(alone, parse.GetValue(baseline));
                        break;
                    case ({ Length: > 0 }, null, _):
                        ofModels.MustBeLeftOut(parse, "--scores: they are for a model run over files");
                        ((Option[])[singles, baseline]).MustBeLeftOut(
                            parse,
                            "--scores: they make a baseline of Singles"
                        );
                        InputFiles.CheckOnce(scored);
                        predicting = new ScoresFilePredictions(scored);
                        break;
                    case ({ Length: 0 }, { }, { Length: > 0 }):
                        ((Option[])[singles, baseline]).MustBeLeftOut(
                            parse,
                            "a model and files: they make a baseline of Singles"
                        );
                        InputFiles.CheckOnce(data);
                        predicting = new FilePredictions(
                            folder,
                            data,
                            preferences.Read(parse),
                            parse.GetValue(length),
                            computing.Read(parse),
                            parse.GetValue(strict),
                            names => CheckTemperatures(options, names)
                        );
                        break;
                    default:
                        throw new UsageException(
                            "Name either a model's folder and files of preferences (concord evaluate MODEL FILE...), "
                                + "or files of scores (concord evaluate --scores FILE...), or Singles (concord "
                                + "evaluate --baseline top --single SOURCE=FILE...)."
                        );
                }
                string[] inputs = [.. scored, .. data, .. alone.Select(one => one[(one.IndexOf('=') + 1)..])];
                var place = parse.GetValue(save) is { } saved ? OutputPlace.Find(saved, Scores, inputs) : null;
                json.Check(parse, place is null ? inputs : [.. inputs, place]);
                var predictions = predicting.Read(terminal, cancellation);
                if (place is not null)
                    ScoresFile.Write(place, predictions);
                Report(predictions, options, shown, terminal, json, parse);
                return ExitCodes.Done;
            }
        );
    }

    /// <summary>
    /// Evaluates predictions, wherever they come from, and shows the tables; the JSON goes where the option says.
    /// </summary>
    public static void Report(
        IReadOnlyList<Prediction> predictions,
        EvaluationOptions options,
        int bins,
        Terminal terminal,
        JsonOption json,
        ParseResult parse
    )
    {
        CheckTemperatures(options, predictions.Select(one => one.Source));
        var report = Evaluation.Run(predictions, options);
        var people = json.ForPeople(parse, terminal);
        foreach (var line in EvaluationReportText.Lines(report, bins))
            people.Out.WriteLine(line);
        json.Write(parse, terminal, writer => EvaluationFile.Write(writer, report));
    }

    private static void CheckTemperatures(EvaluationOptions options, IEnumerable<string> sources)
    {
        if (options.Temperatures is not { } named)
            return;
        string[] known = [.. sources.Distinct()];
        foreach (var name in named.Keys.Except(known))
        {
            var nearest = NearestName.Find(name, known);
            throw new UsageException(
                $"--temperature names source {name}, which no record "
                    + $"has.{(nearest is null ? "" : $" Did you mean {nearest}?")}"
            );
        }
    }

    private static Dictionary<string, double>? Temperatures(string[] written)
    {
        if (written.Length == 0)
            return null;
        var result = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var one in written)
        {
            var at = one.LastIndexOf('='); // a name may hold the sign too
            if (
                at < 1
                || !double.TryParse(one.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var tau)
                || !double.IsFinite(tau)
                || tau <= 0
            )
                throw new UsageException(
                    $"--temperature {one}: SOURCE=TAU with a number above 0 was expected, for instance webgpt=0.6."
                );
            if (!result.TryAdd(one[..at], tau))
                throw new UsageException($"--temperature names source {one[..at]} twice: give it once.");
        }
        return result;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
