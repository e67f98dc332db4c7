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
        var against = new Option<string[]>("--against")
        {
            Description =
                "Another model, on the same comparisons: its folder beside a model and files, its files of scores "
                + "beside "
                + "--scores. Shown are both, and the differences with their intervals.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "MODEL|FILE",
        };
        var json = new JsonOption("pooled", "sources", "settings") { OtherKeys = AgainstReport.Keys };
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
            against,
            json,
            json.Force,
        };
        preferences.AddTo(command);
        computing.AddTo(command);
        command.WithExamples(
            "concord evaluate runs/more/model helpful.json webgpt.json",
            "concord evaluate --scores scores.jsonl",
            "concord evaluate --scores a.jsonl --against b.jsonl",
            "concord evaluate runs/more/model held-out.jsonl --against runs/equal/model",
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
                    Temperatures = NamedTemperatures.Read(parse, temperatures),
                };
                Option[] ofModels = [.. preferences.Options, length, strict, .. computing.Options];
                var (scored, folder, data, alone) = (
                    parse.GetValue(scores) ?? [],
                    parse.GetValue(model),
                    parse.GetValue(files) ?? [],
                    parse.GetValue(singles) ?? []
                );
                var others = parse.GetValue(against) ?? [];
                IPredictionSource predicting;
                IPredictionSource? comparing = null;
                switch (scored, folder, data)
                {
                    case ({ Length: 0 }, null, _) when alone.Length > 0:
                        ofModels.MustBeLeftOut(parse, "--single: they are for a model run over files");
                        ((Option[])[against]).MustBeLeftOut(
                            parse,
                            "--single: save the baseline's scores and compare them"
                        );
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
                        if (others.Length > 0)
                        {
                            InputFiles.CheckOnce(others);
                            comparing = new ScoresFilePredictions(others);
                        }
                        break;
                    case ({ Length: 0 }, { }, { Length: > 0 }):
                        ((Option[])[singles, baseline]).MustBeLeftOut(
                            parse,
                            "a model and files: they make a baseline of Singles"
                        );
                        InputFiles.CheckOnce(data);
                        if (others.Length > 1)
                            throw new UsageException(
                                $"--against names {Text(others.Length)} models: beside a model and files one folder is "
                                    + $"compared with."
                            );
                        var asked = preferences.Read(parse);
                        IPredictionSource Of(string one) =>
                            new FilePredictions(
                                one,
                                data,
                                asked,
                                parse.GetValue(length),
                                computing.Read(parse),
                                parse.GetValue(strict),
                                names => NamedTemperatures.Check(options, names)
                            );
                        predicting = Of(folder);
                        comparing = others.Length > 0 ? Of(others[0]) : null;
                        break;
                    default:
                        throw new UsageException(
                            "Name either a model's folder and files of preferences (concord evaluate MODEL FILE...), "
                                + "or files of scores (concord evaluate --scores FILE...), or Singles (concord "
                                + "evaluate --baseline top --single SOURCE=FILE...)."
                        );
                }
                string[] inputs =
                [
                    .. scored,
                    .. data,
                    .. others,
                    .. folder is { } read ? (string[])[read] : [],
                    .. alone.Select(one => one[(one.IndexOf('=') + 1)..]),
                ];
                if (comparing is not null)
                {
                    ((Option[])[bins, bootstrap, seed, temperatures, save]).MustBeLeftOut(
                        parse,
                        "--against: they are for one model"
                    );
                    json.Check(parse, inputs);
                    var (one, other) = (
                        predicting.Read(terminal, cancellation),
                        comparing.Read(terminal, cancellation)
                    );
                    var names = (folder ?? string.Join(", ", scored), string.Join(", ", others));
                    var report = AgainstReport.Of(one, other, names, terminal);
                    report.Write(json.ForPeople(parse, terminal));
                    json.Write(parse, terminal, report.Write);
                    return ExitCodes.Done;
                }
                var place = parse.GetValue(save) is { } saved
                    ? OutputPlace.Find(saved, ScoresFile.Kind, inputs, parse.GetValue(json.Force))
                    : null;
                json.Check(parse, place?.File is { } file ? [.. inputs, file] : inputs);
                var predictions = predicting.Read(terminal, cancellation);
                if (place is not null)
                    Save(place, predictions, json.ForPeople(parse, terminal));
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
        NamedTemperatures.Check(options, predictions.Select(one => one.Source));
        var report = Evaluation.Run(predictions, options) with { Seen = (predictions as ModelPredictions)?.Seen };
        var people = json.ForPeople(parse, terminal);
        foreach (var line in EvaluationReportText.Lines(report, bins))
            people.Out.WriteLine(line);
        json.Write(parse, terminal, writer => EvaluationFile.Write(writer, report));
    }

    private static void Save(OutputPlace place, IReadOnlyList<Prediction> predictions, Terminal terminal)
    {
        if (!place.IsStandardOutput)
        {
            place.Write(stream => ScoresFile.Write(stream, predictions));
            return;
        }
        using var buffer = new MemoryStream();
        ScoresFile.Write(buffer, predictions);
        terminal.Out.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
