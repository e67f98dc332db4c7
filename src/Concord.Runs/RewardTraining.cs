using Concord.Modeling.Rewards;
using Concord.Runs;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Loop;
using Concord.Training.Weightings;

namespace Concord;

/// <summary>
/// Trains a reward model on comparisons. The run's folder gets its settings (<c>config.yaml</c>), the model of the best
/// step (<c>model</c>), what that model says of the held-out comparisons (<c>scores.jsonl</c>, <c>evaluation.json</c>)
/// and a line for every step (<c>metrics.jsonl</c>).
/// </summary>
/// <remarks>
/// The same run in the same folder goes on where it was stopped, to the same bits; one that has ended is not trained
/// again.
/// </remarks>
/// <param name="model">The model to train, from a folder (<see cref="RewardModel.Load"/>). It stays the
/// caller's.</param>
/// <param name="data">What is trained on, chosen by and reported on.</param>
public sealed class RewardTraining(RewardModel model, PreferenceSplit data)
{
    private readonly TrainingSettings given = new();
    private readonly IWeighting? weighting;
    private readonly double? epochs;
    private readonly int? seed;

    /// <summary>All settings; those below are some of them, and where they are set they replace what these say, in
    /// whatever order they stand.</summary>
    public TrainingSettings Settings
    {
        get => given with { Weighting = Weighting, Epochs = Epochs, Seed = Seed };
        init => given = value;
    }

    /// <summary>How sources are weighted: one of Concord's schemes, or an instance of one's own.</summary>
    /// <value>Default all alike.</value>
    public IWeighting Weighting
    {
        get => weighting ?? given.Weighting;
        init => weighting = value;
    }

    /// <summary>How often the longest source is seen; may be a fraction.</summary>
    /// <value>Above 0; default 1.</value>
    public double Epochs
    {
        get => epochs ?? given.Epochs;
        init => epochs = value;
    }

    /// <summary>Decides the order of the data and every random choice of training.</summary>
    /// <value>Default 1.</value>
    public int Seed
    {
        get => seed ?? given.Seed;
        init => seed = value;
    }

    /// <summary>Whether LoRA adapters are added to the weights that are saved, instead of being a folder of their own
    /// beside the base.</summary>
    public bool MergeAdapters { get; init; }

    /// <summary>
    /// Whether the model's folder keeps salted hashes of the prompts it has seen (<c>training_prompts.json</c>), so
    /// that an evaluation can say what was trained on.
    /// </summary>
    public bool TrainingPrompts { get; init; } = true;

    /// <summary>Whether a single record that could not be read, or that the rendering refuses, is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// The share of a source's records that may be lost so before training stops, from 0 to 1; above 0 a single record
    /// may be always.
    /// </summary>
    /// <value>Default .01.</value>
    public double DataLossLimit { get; init; } = new Recipe().DataLossLimit;

    /// <summary>Is told what training does; may be null.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>
    /// A folder where hidden states below the trained layers are kept, for all epochs and other runs over the same
    /// texts; null to compute them every time.
    /// </summary>
    public string? FrozenStates { get; init; }

    /// <summary>Trains, or goes on, to the end or until cancelled.</summary>
    /// <param name="output">The run's folder.</param>
    /// <param name="cancellation">When cancelled, a checkpoint is written and the same call goes on from it.</param>
    /// <exception cref="ConcordException">Data, model or settings do not fit, training diverges, or the folder holds
    /// another run; the message says what to do.</exception>
    public RewardTrainingResult Run(string output, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(output);
        var settings = Settings;
        var shared = data.Account.Sharing(settings);
        shared.Validate(data.Account.Sources);
        var loss = new DataLoss(Strict, DataLossLimit);
        loss.Check(data.Account);
        var all = RunTokens.Of(data.WithoutValidation(), new ModelEncoding(model), cancellation);
        var tokens = ValidationSide.Take(all, data.How, shared, data.Account.Sources);
        foreach (var note in ValidationSide.Notes(tokens, data.How, shared, data.Account.Sources))
            Observer?.Noted(note);
        var training = new ModelTraining(model, tokens, data.Account, settings, loss)
        {
            MergeAdapters = MergeAdapters,
            TrainingPrompts = TrainingPrompts,
            FrozenStates = FrozenStates,
            Observer = Observer,
        };
        var config = $"# by a program, over comparisons {training.DataFingerprint}\n";
        config += RecipeFile.WriteKnown(AsRecipe(shared, tokens.About.Choice.Name));
        var result = training.Run(output, config, note => Observer?.Noted(note), cancellation);
        return new RewardTrainingResult(output, result);
    }

    // what of it a recipe can say; the comparisons are in the line above it
    private Recipe AsRecipe(TrainingSettings settings, string rendering) =>
        new()
        {
            Seed = settings.Seed,
            Device = model.Device.ToString(),
            Precision = model.HasBf16Products ? "bf16" : "fp32",
            Simulation = data.Population,
            Split = data.How,
            Model = new ModelRecipe
            {
                Folder = model.Folder,
                Pooling = PoolingNames.Of(model.Pooling),
                Merged = MergeAdapters,
            },
            Text = new TextRecipe
            {
                Rendering = rendering,
                Dialogues = model.Settings.Dialogues,
                Truncation = model.Settings.Truncation,
                MaximumLength = model.Settings.MaximumLength,
            },
            Training = settings,
        };
}
