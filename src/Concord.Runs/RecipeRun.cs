using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Loop;

namespace Concord.Runs;

/// <summary>Carries out a recipe: data, model, ids, training, model folder.</summary>
/// <param name="recipe">The recipe; its output folder is set.</param>
/// <param name="say">Told in a line what is chosen and what a person should know.</param>
public sealed class RecipeRun(Recipe recipe, Action<string> say)
{
    /// <summary>The run's folder.</summary>
    public string Output { get; } =
        recipe.Output ?? throw new ArgumentException("The recipe has no output folder.", nameof(recipe));

    /// <summary>
    /// What the run ended with where it has ended already; known without opening the model. Of the data the files'
    /// bytes are compared; where one is gone that is said.
    /// </summary>
    /// <exception cref="ConcordException">The folder holds a run of other settings, or over other files.</exception>
    public TrainingResult? Ended()
    {
        var config = Config();
        if (TrainingRun.Ended(Output, config) is not { } ended)
            return null;
        string? files;
        try
        {
            files = RecipeFiles.Fingerprint(recipe);
        }
        catch (ConcordException gone)
        {
            say($"The data of the finished run were not looked at: {gone.Message}");
            return ended;
        }
        return TrainingRun.Ended(Output, config, files);
    }

    /// <summary>Trains, or goes on, to the end or until cancelled.</summary>
    /// <param name="data">The recipe's data.</param>
    /// <param name="observer">Is told what training does.</param>
    /// <param name="cancellation">When cancelled, a checkpoint is written.</param>
    /// <exception cref="ConcordException">Data, model or settings do not fit; the message says what to do.</exception>
    public TrainingResult Train(RunData data, ITrainingObserver observer, CancellationToken cancellation)
    {
        var settings = recipe.Training with { Seed = recipe.Seed };
        var loss = new DataLoss(recipe.Strict, recipe.DataLossLimit);
        loss.Check(data.Account);
        var shared = data.Account.Sharing(settings);
        shared.Validate(data.Account.Sources); // what has no meaning is refused before anything is made
        var config = Config();
        using var claim = RunClaim.Take(Output, config, RecipeFiles.Read(recipe));
        using var model = RunModel.Open(recipe, Output, say);
        var tokens = ValidationSide.Take(
            data.Tokens(() => new ModelEncoding(model), cancellation),
            recipe.Split,
            shared,
            data.Account.Sources
        );
        foreach (var note in ValidationSide.Notes(tokens, recipe.Split, shared, data.Account.Sources))
            say(note);
        var training = new ModelTraining(model, tokens, data.Account, settings, loss)
        {
            MergeAdapters = recipe.Model.Merged,
            TrainingPrompts = recipe.TrainingPrompts,
            FrozenStates = recipe.Cache is { } cache ? Path.Combine(cache, "states") : null,
            Files = RecipeFiles.Fingerprint(recipe),
            Observer = observer,
            Prepared = () =>
            {
                claim.Keep();
                data.Keep();
            },
        };
        return training.Run(Output, config, say, cancellation);
    }

    // a run whose config.yaml says the same in an earlier spelling keeps its own
    private string Config()
    {
        var config = RecipeFile.Write(recipe);
        var file = new RunContents(Output).ConfigFile;
        try
        {
            return File.Exists(file) && RecipeFile.Write(RecipeFile.Read(file, [])) == config
                ? InputFile.ReadText(file, "a recipe")
                : config;
        }
        catch (ConcordException)
        {
            return config; // what differs is said where the folder is opened
        }
    }
}
