using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Simulation;
using Concord.Records;
using Concord.Runs;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Runs;

/// <summary>A program trains, evaluates and predicts as the command does.</summary>
public sealed class RewardTrainingTests : IDisposable
{
    private static readonly SimulationSettings Population = new()
    {
        HeldOut = 24,
        Sources =
        [
            new()
            {
                Name = "careful",
                Size = 96,
                Drift = .2,
                Noise = .25,
            },
            new()
            {
                Name = "noisy",
                Size = 64,
                Drift = 1,
                Noise = 2,
            },
        ],
    };

    private static readonly TrainingSettings Settings = new()
    {
        MaximumSteps = 6,
        LearningRate = .005,
        HeadLearningRate = .005,
        Batches = new BatchSettings { PerSource = 8 },
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private string Place(string name) => Path.Combine(folder.FullName, name);

    private RewardModel Load(int seed = 1)
    {
        var recipe = new Recipe
        {
            Seed = seed,
            Model = new ModelRecipe { Init = new ModelShape() },
        };
        using (RunModel.Open(recipe, folder.FullName, _ => { }))
            return RewardModel.Load(Place("initial"), new RewardModelOptions { HeadSeed = 1 });
    }

    private static RewardTraining Training(RewardModel model, PreferenceSplit data) =>
        new(model, data)
        {
            Settings = Settings,
            Weighting = new MoreWeighting { Alpha = .9 },
        };

    [Fact]
    public void A_program_trains_evaluates_and_predicts_with_what_the_run_reports()
    {
        var data = PreferenceSplit.Simulate(Population);
        using var model = Load();
        var result = Training(model, data).Run(Place("run"), TestContext.Current.CancellationToken);
        Assert.Equal(TrainingOutcome.Finished, result.Outcome);
        Assert.NotNull(result.Evaluation.Sources["noisy"].Ece);
        Assert.Contains("alpha: 0.9", File.ReadAllText(Place("run/config.yaml")));

        using var trained = RewardModel.Load(result.ModelFolder);
        var predictions = trained.Predict(data.HeldOut);
        var again = Evaluation.Run(predictions);
        Assert.Equal((0, 0), (predictions.Cut, predictions.LeftOut));
        foreach (var source in result.Evaluation.Sources)
        {
            var other = again.Sources[source.Name];
            Assert.Equal(source.Accuracy, other.Accuracy);
            Assert.Equal(source.Ece!.Value, other.Ece!.Value, 6);
            Assert.Equal(source.Nll!.Value, other.Nll!.Value, 6);
            Assert.Equal(source.Baselines, other.Baselines); // lengths are in one unit
        }

        using var same = Load();
        var ended = Training(same, data).Run(Place("run"), TestContext.Current.CancellationToken);
        Assert.Equal(TrainingOutcome.AlreadyFinished, ended.Outcome);
        Assert.Equal(result.Evaluation.Pooled.Nll, ended.Evaluation.Pooled.Nll);
        var error = Assert.Throws<ConcordException>(() =>
            Training(same, data.Only("careful")).Run(Place("run"), TestContext.Current.CancellationToken)
        );
        Assert.Contains("holds a run with other settings", error.Message);
    }

    [Fact]
    public void A_recipe_and_a_program_come_to_the_same_bits()
    {
        var recipe = new Recipe
        {
            Output = Place("recipe"),
            Simulation = Population,
            Model = new ModelRecipe { Init = new ModelShape() },
            Training = Settings with { Weighting = new MoreWeighting { Alpha = .9 } },
        };
        using (var data = RunData.Open(recipe, _ => { }))
            new RecipeRun(recipe, _ => { }).Train(data, new Silent(), TestContext.Current.CancellationToken);
        using var model = Load();
        Training(model, PreferenceSplit.Simulate(Population))
            .Run(Place("program"), TestContext.Current.CancellationToken);
        foreach (var name in new[] { "scores.jsonl", "model/model.safetensors", "model/concord.json" })
            Assert.Equal(File.ReadAllBytes(Place("recipe/" + name)), File.ReadAllBytes(Place("program/" + name)));
    }

    [Fact]
    public void A_runs_folder_is_read_back()
    {
        using var model = Load();
        var result = Training(model, PreferenceSplit.Simulate(Population))
            .Run(Place("run"), TestContext.Current.CancellationToken);
        var run = RunContents.Open(Place("run"));
        Assert.Equal(result.Step, run.Ended()!.Step);
        Assert.Equal(result.Steps, run.Metrics().Steps.Count);
        Assert.Equal(result.Evaluation.Pooled.Nll, run.Evaluation().Pooled.Nll);
        Assert.Equal(result.Evaluation.Pooled.Nll, Evaluation.Run(run.Predictions()).Pooled.Nll);
        Assert.Equal(result.ModelFolder, run.ModelFolder);
        var error = Assert.Throws<ConcordException>(() => RunContents.Open(run.ModelFolder));
        Assert.Contains("is not the folder of a run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comparisons_in_memory_and_a_weighting_of_ones_own_are_enough()
    {
        var words = PreferenceSplit.Simulate(Population);
        Comparison Own(Comparison one, string source) =>
            Comparison.Create(source, one.Prompt, one.Responses, one.Scores) with
            {
                Annotator = "ann",
            };
        var data = PreferenceData
            .FromComparisons(words.Training.Select((one, i) => Own(one, i % 2 == 0 ? "even" : "odd")))
            .Split(heldOut: .2, validation: 0);
        using var model = Load();
        var result = new RewardTraining(model, data)
        {
            Settings = Settings with { Temperatures = new SourceTemperatureSettings { Enabled = true } },
            Weighting = new OnlyEven(),
            Epochs = .5,
        }.Run(Place("run"), TestContext.Current.CancellationToken);
        Assert.Equal(["even", "odd"], result.Evaluation.Sources.Select(source => source.Name).Order());
        Assert.All(
            File.ReadLines(Place("run/scores.jsonl")),
            line => Assert.Contains("\"annotator\":\"ann\"", line.Replace(" ", ""))
        );
        using var trained = RewardModel.Load(result.ModelFolder);
        Assert.All(trained.Predict(data.HeldOut), prediction => Assert.NotNull(prediction.Temperature));
        Assert.All(
            trained.Predict([Comparison.Create("unseen", "Question?", "yes", "no")]),
            prediction => Assert.Null(prediction.Temperature)
        );
    }

    [Fact]
    public void Settings_given_by_name_win_in_whatever_order_they_stand()
    {
        using var model = Load();
        var data = PreferenceSplit.Simulate(Population);
        var first = new RewardTraining(model, data)
        {
            Weighting = new MoreWeighting(),
            Epochs = 7,
            Seed = 3,
            Settings = Settings,
        };
        var last = new RewardTraining(model, data)
        {
            Settings = Settings,
            Seed = 3,
            Epochs = 7,
            Weighting = first.Weighting,
        };
        Assert.Equal(first.Settings, last.Settings);
        Assert.Equal((7, 3, 6), (first.Settings.Epochs, first.Settings.Seed, first.Settings.MaximumSteps));
        Assert.IsType<MoreWeighting>(first.Settings.Weighting);
        Assert.Equal(1, new RewardTraining(model, data) { Settings = Settings }.Epochs);
    }

    [Fact]
    public void A_finished_run_of_another_model_or_own_weighting_is_not_taken_for_this_one()
    {
        var data = PreferenceSplit.Simulate(Population);
        RewardTrainingResult Run(int weights, double rate)
        {
            if (Directory.Exists(Place("initial")))
                Directory.Delete(Place("initial"), recursive: true);
            using (var model = Load(weights))
                return new RewardTraining(model, data)
                {
                    Settings = Settings with { MaximumSteps = 1 },
                    Weighting = new Rated { Rate = rate },
                }.Run(Place("run"), TestContext.Current.CancellationToken);
        }
        Assert.Equal(TrainingOutcome.Finished, Run(1, .5).Outcome);
        Assert.Equal(TrainingOutcome.AlreadyFinished, Run(1, .5).Outcome);
        Assert.Contains("began from another model", Assert.Throws<ConcordException>(() => Run(2, .5)).Message);
        Assert.Contains("Rate = 0.5", Assert.Throws<ConcordException>(() => Run(1, .25)).Message);
    }

    [Fact]
    public void A_programs_config_says_what_is_known_and_nothing_else()
    {
        var words = PreferenceSplit.Simulate(Population);
        var data = PreferenceData.FromComparisons(words.Training).Split(heldOut: .2, validation: .3, seed: 5);
        using var model = Load();
        new RewardTraining(model, data)
        {
            Settings = Settings with
            {
                MaximumSteps = 1,
                Batches = new BatchSettings
                {
                    PerSource = 4,
                    Limits = new Dictionary<string, int> { ["noisy"] = 9 },
                    Shares = new Dictionary<string, double> { ["careful"] = 2 },
                },
            },
        }.Run(Place("run"), TestContext.Current.CancellationToken);
        var config = File.ReadAllText(Place("run/config.yaml"));
        foreach (var said in new[] { "held_out: 0.2", "validation: 0.3", "  seed: 5", "{noisy: 9}", "{careful: 2}" })
            Assert.Contains(said, config, StringComparison.Ordinal);
        foreach (var unknown in new[] { "sources:", "data:", "only:", "simulation:", "init:", "weights:" })
            Assert.DoesNotContain(unknown, config, StringComparison.Ordinal);
        Assert.Equal(.3, RecipeFile.Read(Place("run/config.yaml"), []).Split.Validation);
    }

    [Fact]
    public void Shares_of_data_and_of_settings_are_put_together_or_refused()
    {
        var account = DataAccount.Of(["a", "b"], [], [], []) with
        {
            Shares = new Dictionary<string, double> { ["a"] = 2 },
        };
        TrainingSettings With(string source, double share) =>
            new() { Batches = new BatchSettings { Shares = new Dictionary<string, double> { [source] = share } } };
        Assert.Equal([("a", 2), ("b", 3)], Shown(account.Sharing(With("b", 3))));
        Assert.Equal([("a", 2)], Shown(account.Sharing(With("a", 2))));
        Assert.Contains(
            "'a' the share 2",
            Assert.Throws<ConcordException>(() => account.Sharing(With("a", 3))).Message
        );

        static IEnumerable<(string, double)> Shown(TrainingSettings settings) =>
            settings.Batches.Shares.Select(one => (one.Key, one.Value)).Order();
    }

    [Fact]
    public void The_validation_side_is_taken_of_what_is_left_and_a_program_hears_of_it()
    {
        var words = PreferenceSplit.Simulate(Population).Training;
        var data = PreferenceData.FromComparisons(words).Split(heldOut: .1, validation: .4);
        using var model = Load();
        var told = new Telling();
        new RewardTraining(model, data)
        {
            Settings = Settings with { MaximumSteps = 2, EvaluateEvery = 1 },
            Observer = told,
        }.Run(Place("run"), TestContext.Current.CancellationToken);
        Assert.Contains(told.Notes, note => note.StartsWith("validation: ", StringComparison.Ordinal));
        Assert.Contains($"{data.Validation.Count} comparisons set aside", string.Join('\n', told.Notes));
    }

    private sealed class Telling : ITrainingObserver
    {
        public List<string> Notes { get; } = [];

        public void Noted(string note) => Notes.Add(note);
    }

    private sealed class Rated : IWeighting
    {
        public double Rate { get; init; }

        public GradientSpace Space => GradientSpace.None;

        public double[] Weigh(SourceGradients gradients) => [Rate, 1 - Rate];
    }

    private sealed class Silent : ITrainingObserver;

    private sealed class OnlyEven : IWeighting
    {
        public GradientSpace Space => GradientSpace.None;

        public double[] Weigh(SourceGradients gradients) => [1, 0];

        public override string ToString() => "only even";
    }
}
