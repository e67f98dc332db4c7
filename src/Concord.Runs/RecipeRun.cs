using Concord.Modeling;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Tokenization.Comparisons;
using Concord.Training.Loop;

namespace Concord.Runs;

/// <summary>Carries out a recipe: data, model, ids, training, model folder.</summary>
/// <param name="recipe">The recipe; its output folder is set.</param>
/// <param name="say">Told in a line what is chosen and what a person should know.</param>
public sealed class RecipeRun(Recipe recipe, Action<string> say)
{
    private const int ComparedAfterSaving = 8;

    /// <summary>The run's folder.</summary>
    public string Output { get; } =
        recipe.Output ?? throw new ArgumentException("The recipe has no output folder.", nameof(recipe));

    /// <summary>What the run ended with where it has ended already; known without opening data or model.</summary>
    /// <exception cref="ConcordException">The folder holds a run of other settings.</exception>
    public TrainingResult? Ended() => TrainingRun.Ended(Output, Config());

    /// <summary>Trains, or goes on, to the end or until cancelled.</summary>
    /// <param name="data">The recipe's data.</param>
    /// <param name="observer">Is told what training does.</param>
    /// <param name="cancellation">When cancelled, a checkpoint is written.</param>
    /// <exception cref="ConcordException">Data, model or settings do not fit; the message says what to do.</exception>
    public TrainingResult Train(RunData data, ITrainingObserver observer, CancellationToken cancellation)
    {
        var (model, folder) = RunModel.Open(recipe, Output, say);
        using var opened = model;
        var tokens = data.Tokens(model, folder, cancellation);
        foreach (var note in tokens.About.Notes)
            say(note);
        if (model.Pooling is Pooling.Mean or Pooling.Max)
        {
            say(
                $"warning: pooling {PoolingNames.Of(model.Pooling)} is Concord's own: transformers will load the "
                    + $"model and score otherwise."
            );
            say("Choose last or eos where that matters.");
        }
        var training = new TrainingData(tokens.Training, tokens.HeldOut, data.Account.Sources)
        {
            BosTokenId = tokens.About.BosId,
            BosMayRepeat = tokens.About.BosMayRepeat,
        };
        var settings = recipe.Training with
        {
            Seed = recipe.Seed,
            Batches = recipe.Training.Batches with { Shares = data.Account.Shares },
            Lora = recipe.Training.Lora with { Seed = (ulong)recipe.Seed },
        };
        var run = new TrainingRun(
            model,
            training,
            settings,
            new TrainingRunOptions
            {
                Output = Output,
                Config = Config(),
                WriteModel = (trained, place, info) =>
                    Write(
                        trained,
                        place,
                        info,
                        [.. tokens.HeldOut.Concat(tokens.Training).Take(ComparedAfterSaving)],
                        tokens.About.PadId
                    ),
                Observer = observer,
                FrozenStates = recipe.Cache is { } cache ? Path.Combine(cache, "states") : null,
            }
        );
        data.Account.WriteProblems(Output);
        data.Keep();
        return run.Run(cancellation);
    }

    // a run whose config.yaml says the same in an earlier spelling keeps its own
    private string Config()
    {
        var config = RecipeFile.Write(recipe);
        var file = Path.Combine(Output, "config.yaml");
        try
        {
            return File.Exists(file) && RecipeFile.Write(RecipeFile.Read(file, [])) == config
                ? File.ReadAllText(file)
                : config;
        }
        catch (ConcordException)
        {
            return config; // what differs is said where the folder is opened
        }
    }

    private void Write(
        RewardModel model,
        string folder,
        TrainedModelInfo info,
        IReadOnlyList<TokenizedComparison> sample,
        int? padId
    )
    {
        model.Settings = model.Settings with
        {
            Sources = [.. info.Sources.Select((name, i) => new SourceTemperature(name, info.Temperatures?[i] ?? 1))],
            RewardMean = info.RewardMean,
            RewardStandardDeviation = info.RewardStandardDeviation,
        };
        if (recipe.Training.Mode != TrainedParts.Adapters)
            model.Save(folder, sample, padId);
        else if (!recipe.Model.Merged)
            model.SaveAdapter(folder, sample);
        else
            SaveMerged(model, folder, sample, padId);
    }

    // The model in training keeps its adapters: they are added to a copy of the base, read again.
    private static void SaveMerged(
        RewardModel model,
        string folder,
        IReadOnlyList<TokenizedComparison> sample,
        int? padId
    )
    {
        var adapter = folder + ".adapter";
        model.SaveAdapter(adapter, sample);
        using (var copy = RewardModel.Load(adapter, new RewardModelOptions { Device = model.Device }))
        {
            copy.MergeAdapters();
            copy.Save(folder, sample, padId);
        }
        Directory.Delete(adapter, recursive: true);
    }
}
