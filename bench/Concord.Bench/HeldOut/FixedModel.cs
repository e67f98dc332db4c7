using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Sampling;
using Concord.Preferences.Simulation;
using Concord.Records;
using Concord.Runs;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Optimizers;
using Concord.Training.Schedules;
using Concord.Training.Temperatures;

namespace Concord.Bench.HeldOut;

/// <summary>
/// A model of a simulated population, trained as a user would: its validation side chose the step and the temperatures.
/// </summary>
/// <param name="ChosenBy">What it says of the comparisons that chose it.</param>
/// <param name="Reported">What the run reported of its held-out comparisons.</param>
/// <param name="Again">What the model that the run saved says of the same comparisons.</param>
/// <param name="Truth">What it says of very many others.</param>
/// <param name="Draws">What it says of many held-out sides of the size of the validation side.</param>
internal sealed record FixedModel(
    IReadOnlyList<Prediction> ChosenBy,
    IReadOnlyList<Prediction> Reported,
    IReadOnlyList<Prediction> Again,
    IReadOnlyList<Prediction> Truth,
    IReadOnlyList<Prediction[]> Draws
)
{
    /// <summary>Trains one.</summary>
    /// <param name="settings">How much is simulated.</param>
    /// <param name="population">The population's number, from 0.</param>
    /// <param name="size">Comparisons of a source on the validation side and each held-out side.</param>
    /// <param name="folder">Where the run lies; it is made anew.</param>
    public static FixedModel Train(HeldOutSettings settings, int population, int size, string folder)
    {
        var recipe = RecipeOf(settings, settings.Seed + population, size, folder);
        using (var data = RunData.Open(recipe, _ => { }))
            new RecipeRun(recipe, _ => { }).Train(data, new Silent(), CancellationToken.None);
        using var model = RewardModel.Load(new RunContents(folder).ModelFolder);
        var trainedOn = PreferenceSplit.Simulate(recipe.Simulation!).Training;
        var fresh = SimulatedPopulation.Create(
            recipe.Simulation! with
            {
                HeldOut = size + settings.Truth + settings.Draws * size, // the run has the first of them
            }
        );
        Prediction[][] bySource =
        [
            .. fresh.SourceNames.Select(name =>
                Predict(model, fresh.HeldOut(name).Select(simulated => simulated.Comparison))
            ),
        ];
        return new FixedModel(
            Predict(model, recipe.Split.TakeValidation(trainedOn).Validation),
            new RunContents(folder).Predictions(),
            [.. bySource.SelectMany(own => own.Take(size))],
            [.. bySource.SelectMany(own => own.Skip(size).Take(settings.Truth))],
            [
                .. Enumerable
                    .Range(0, settings.Draws)
                    .Select(draw =>
                        bySource.SelectMany(own => own.Skip(size + settings.Truth + draw * size).Take(size)).ToArray()
                    ),
            ]
        );
    }

    private static Prediction[] Predict(RewardModel model, IEnumerable<Comparison> comparisons) =>
        [.. model.Predict(comparisons)];

    private static Recipe RecipeOf(HeldOutSettings settings, int seed, int size, string folder) =>
        new()
        {
            Output = folder,
            Seed = seed,
            Simulation = new SimulationSettings
            {
                Seed = seed,
                HeldOut = size,
                Sources =
                [
                    Source("editors", .2, .25, size),
                    Source("crowd", 1, 2, size),
                    Source("critics", 3, .4, size),
                ],
            },
            Split = new PromptSplit { Validation = ValidationShare },
            Model = new ModelRecipe
            {
                Init = new ModelShape { HiddenSize = 32, IntermediateSize = 64 },
            },
            Text = new TextRecipe { Rendering = "hh" },
            Training = new TrainingSettings
            {
                Epochs = settings.Steps,
                MaximumSteps = settings.Steps,
                EvaluateEvery = Math.Max(1, settings.Steps / 16),
                LearningRate = .005,
                HeadLearningRate = .005,
                Batches = new BatchSettings { PerSource = 16 },
                Temperatures = new SourceTemperatureSettings { Enabled = true },
                Schedule = new LearningRateSchedule { WarmUp = .1 },
                Optimizer = new OptimizerSettings { Beta2 = .98 },
                KeepCheckpoints = 1,
            },
        };

    private const double ValidationShare = 0.1;

    private static SimulatedSource Source(string name, double drift, double noise, int size) =>
        new()
        {
            Name = name,
            Size = (int)(size / ValidationShare),
            Drift = drift,
            Noise = noise,
        };

    private sealed class Silent : ITrainingObserver;
}
