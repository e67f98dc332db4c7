using Concord.Preferences.Sampling;
using Concord.Preferences.Simulation;
using Concord.Runs.Recipes;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Optimizers;
using Concord.Training.Schedules;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;

namespace Concord.Cli.Quickstart;

/// <summary>One of the schemes that the quickstart compares.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Folder">Its folder, below the quickstart's.</param>
/// <param name="Weighting">How sources are weighted.</param>
/// <param name="Temperatures">Whether source temperatures are learned.</param>
/// <param name="OnePerSource">Whether it is a model for every source (Single, each source scored by its own) instead of
/// one for all.</param>
internal sealed record QuickstartScheme(
    string Name,
    string Folder,
    Func<IWeighting> Weighting,
    bool Temperatures,
    bool OnePerSource = false
)
{
    /// <summary>Optimizer steps of every model, unless told otherwise.</summary>
    public const int DefaultSteps = 160;

    /// <summary>All schemes, in the order of the tables.</summary>
    public static IReadOnlyList<QuickstartScheme> All { get; } =
    [
        new("Single", "single", () => new EqualWeighting(), false, OnePerSource: true),
        new("Equal", "equal", () => new EqualWeighting(), false),
        new("MORE", "more", () => new MoreWeighting(), false),
        new("Equal + temperatures", "equal-temperatures", () => new EqualWeighting(), true),
        new("MORE + temperatures", "more-temperatures", () => new MoreWeighting(), true),
    ];

    /// <summary>The population: sources that differ in size, noise and conflict, small enough to see every comparison
    /// once or a few times in <see cref="DefaultSteps"/> steps.</summary>
    public static SimulationSettings Population(int seed) =>
        new()
        {
            Seed = seed,
            HeldOut = 500,
            Sources =
            [
                new()
                {
                    Name = "editors",
                    Size = 1300,
                    Drift = .2,
                    Noise = .25,
                },
                new()
                {
                    Name = "customers",
                    Size = 1700,
                    Drift = .6,
                    Noise = .6,
                },
                new()
                {
                    Name = "crowd",
                    Size = 2500,
                    Drift = 1,
                    Noise = 2,
                },
                new()
                {
                    Name = "critics",
                    Size = 900,
                    Drift = 3,
                    Noise = .4,
                },
            ],
        };

    /// <summary>The recipes of the scheme's models: one, or one for every source.</summary>
    public IReadOnlyList<Recipe> Recipes(string output, int seed, int steps, double validation)
    {
        var recipe = new Recipe
        {
            Output = Path.Combine(output, Folder),
            Seed = seed,
            Simulation = Population(seed),
            Split = new PromptSplit { Validation = validation },
            Model = new ModelRecipe { Init = new ModelShape() },
            Text = new TextRecipe { Rendering = "hh" },
            Training = new TrainingSettings
            {
                Epochs = 100,
                MaximumSteps = steps,
                EvaluateEvery = steps,
                LearningRate = .005,
                HeadLearningRate = .005,
                Batches = new BatchSettings { PerSource = 16 },
                Weighting = Weighting(),
                Temperatures = new SourceTemperatureSettings { Enabled = Temperatures },
                Schedule = new LearningRateSchedule { WarmUp = .1 },
                Optimizer = new OptimizerSettings { Beta2 = .98 },
                KeepCheckpoints = 1,
            },
        };
        if (!OnePerSource)
            return [recipe];
        return
        [
            .. recipe.Simulation.Sources.Select(source =>
                recipe with
                {
                    Output = Path.Combine(output, $"{Folder}-{source.Name}"),
                    Only = [source.Name],
                }
            ),
        ];
    }
}
