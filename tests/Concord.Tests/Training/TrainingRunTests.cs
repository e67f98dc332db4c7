using System.Text.Json;
using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Operations;
using Concord.Modeling.Rewards;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Training;

[Collection("training")] // one after the other: the library's threads would fight for the cores
public class TrainingRunTests : OneThread
{
    private static readonly TrainingSettings More = new()
    {
        LearningRate = 2e-3,
        HeadLearningRate = 5e-3,
        Epochs = 2,
        Batches = new BatchSettings { PerSource = 4, MicroBatch = 5 },
        Weighting = new MoreWeighting { MomentumStart = MomentumStart.Random, Alpha = .7 },
        Temperatures = new SourceTemperatureSettings { Enabled = true },
        EvaluateEvery = 4,
        CheckpointEvery = 3,
    };

    private sealed class Stopper(CancellationTokenSource source, int afterStep) : ITrainingObserver
    {
        public void Stepped(StepReport report)
        {
            if (report.Step == afterStep)
                source.Cancel();
        }
    }

    private static TrainingResult Train(
        string folder,
        TrainingSettings settings,
        int? stopAfter = null,
        string config = "a: 1\n",
        TrainingData? data = null,
        ITrainingObserver? observer = null
    )
    {
        using var model = TinyModel.Create();
        using var source = new CancellationTokenSource();
        var options = new TrainingRunOptions
        {
            Output = folder,
            Config = config,
            WriteModel = TinyModel.Write,
            Observer = stopAfter is { } step ? new Stopper(source, step) : observer,
        };
        return new TrainingRun(model, data ?? TinyModel.Data(20, 6), settings, options).Run(source.Token);
    }

    // what a line says but for the time it took
    private static string[] Metrics(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line => line.Split(",\"seconds\"")[0])];

    private static byte[] Bytes(string folder, params string[] path) =>
        File.ReadAllBytes(Path.Combine([folder, .. path]));

    private static string Newest(string folder) =>
        Directory.GetDirectories(Path.Combine(folder, "checkpoints")).Order(StringComparer.Ordinal).Last();

    [Fact]
    public void A_run_stopped_anywhere_and_started_again_ends_with_the_same_bits()
    {
        TakeAllThreads(); // bits must not depend on who comes first
        using var folders = new TemporaryFolder();
        var whole = Path.Combine(folders.Path, "whole");
        var finished = Train(whole, More);
        Assert.Equal(TrainingOutcome.Finished, finished.Outcome);
        Assert.Equal(10, finished.Steps);
        foreach (var stops in new[] { [1], [3], [4], [5], [9], [10], [2, 3, 7], new[] { 1, 4, 8, 9 } })
        {
            var parts = Path.Combine(folders.Path, string.Join('-', stops));
            int? from = null;
            foreach (var stop in stops)
            {
                var part = Train(parts, More, stop);
                Assert.Equal((TrainingOutcome.Interrupted, stop, from), (part.Outcome, part.Step, part.ResumedFrom));
                from = stop;
            }
            var rest = Train(parts, More);
            Assert.Equal(
                (TrainingOutcome.Finished, from, finished.BestStep),
                (rest.Outcome, rest.ResumedFrom, rest.BestStep)
            );
            foreach (var file in new[] { "state.safetensors", "progress.json" })
                Assert.Equal(Bytes(Newest(whole), file), Bytes(Newest(parts), file));
            Assert.Equal(Bytes(whole, "model", "model.safetensors"), Bytes(parts, "model", "model.safetensors"));
            foreach (var file in new[] { "scores.jsonl", "evaluation.json", "run.json", "config.yaml" })
                Assert.Equal(Bytes(whole, file), Bytes(parts, file));
            Assert.Equal(Metrics(whole), Metrics(parts));
        }
    }

    [Fact]
    public void A_killed_run_goes_on_from_its_last_checkpoint_with_the_same_bits()
    {
        using var folders = new TemporaryFolder();
        var (whole, killed) = (Path.Combine(folders.Path, "whole"), Path.Combine(folders.Path, "killed"));
        Train(whole, More);
        // killed in step 8: metrics of steps 7 and half of 8, a checkpoint half written, the model of a later
        // evaluation half swapped
        Train(killed, More, 6);
        File.AppendAllText(
            Path.Combine(killed, "metrics.jsonl"),
            "{\"step\":7,\"loss\":1}\n{\"step\":8,\"evaluation\":{}}\n{\"step\":8,\"lo"
        );
        KilledWriter.Leave(Path.Combine(killed, "checkpoints", "step-00000007"));
        KilledWriter.Leave(Path.Combine(killed, "model"), moved: true);
        var rest = Train(killed, More);
        Assert.Equal((TrainingOutcome.Finished, 6), (rest.Outcome, rest.ResumedFrom));
        Assert.Equal(Metrics(whole), Metrics(killed));
        Assert.Equal(Bytes(whole, "model", "model.safetensors"), Bytes(killed, "model", "model.safetensors"));
        Assert.Equal(["checkpoints", "model"], Directory.GetDirectories(killed).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetDirectories(Path.Combine(killed, "checkpoints"), "*.partial"));
    }

    [Fact]
    public void Another_folder_gets_the_same_bytes_and_a_finished_run_is_left_alone()
    {
        using var folders = new TemporaryFolder();
        var (one, two, three) = (
            Path.Combine(folders.Path, "one"),
            Path.Combine(folders.Path, "two"),
            Path.Combine(folders.Path, "three")
        );
        Train(one, More);
        Train(two, More with { CheckpointEvery = null, KeepCheckpoints = 1 });
        Assert.Equal(Bytes(one, "model", "model.safetensors"), Bytes(two, "model", "model.safetensors"));
        Assert.Single(Directory.GetDirectories(Path.Combine(two, "checkpoints")));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(one, "checkpoints")).Length);
        Train(three, More with { Seed = 2 });
        Assert.NotEqual(Bytes(one, "model", "model.safetensors"), Bytes(three, "model", "model.safetensors"));

        var before = Bytes(one, "metrics.jsonl");
        var again = Train(one, More);
        Assert.Equal((TrainingOutcome.AlreadyFinished, 10), (again.Outcome, again.Step));
        Assert.Equal(before, Bytes(one, "metrics.jsonl"));
    }

    [Fact]
    public void A_folder_of_other_settings_or_data_is_refused_with_what_differs()
    {
        using var folders = new TemporaryFolder();
        Train(folders.Path, More, 3);
        Assert.Contains(
            "`a: 2` now",
            Assert.Throws<ConcordException>(() => Train(folders.Path, More, config: "a: 2\n")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "other data",
            Assert
                .Throws<ConcordException>(() => Train(folders.Path, More, data: TinyModel.Data(20, 6, seed: 2)))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Training_learns_and_the_folder_tells_what_happened()
    {
        using var folder = new TemporaryFolder();
        var data = TinyModel.Data(300, 60);
        var settings = More with
        {
            Epochs = 6,
            LearningRate = 1e-2,
            HeadLearningRate = 1e-2,
            Batches = More.Batches with { PerSource = 10, MicroBatch = null },
            EvaluateEvery = null,
            CheckpointEvery = null,
        };
        var result = Train(folder.Path, settings, data: data);
        Assert.All(
            result.Evaluation!.Sources,
            source =>
                Assert.True(
                    source.AccuracyTiesHalf > .58,
                    $"{string.Join(", ", result.Evaluation.Sources.Select(of => of.AccuracyTiesHalf))}"
                )
        );
        var lines = File.ReadLines(Path.Combine(folder.Path, "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToArray();
        var steps = lines.Where(line => !line.TryGetProperty("evaluation", out _)).ToArray();
        Assert.Equal(Enumerable.Range(1, result.Steps), steps.Select(line => line.GetProperty("step").GetInt32()));
        Assert.All(
            steps,
            line =>
            {
                Assert.Equal(
                    1,
                    line.GetProperty("weights").EnumerateObject().Sum(weight => weight.Value.GetDouble()),
                    1e-9
                );
                Assert.Equal(3, line.GetProperty("cosines").GetArrayLength());
                Assert.Equal(
                    0,
                    line.GetProperty("temperatures").EnumerateObject().Sum(tau => Math.Log(tau.Value.GetDouble())),
                    1e-9
                );
                foreach (
                    var name in new[]
                    {
                        "loss",
                        "losses",
                        "learning_rate",
                        "head_learning_rate",
                        "gradient_norm",
                        "weight_spread",
                        "tokens_per_second",
                        "epoch",
                    }
                )
                    Assert.True(line.TryGetProperty(name, out _), name);
                Assert.InRange(
                    line.GetProperty("optimizer_seconds").GetDouble(),
                    1e-9,
                    line.GetProperty("seconds").GetDouble()
                );
            }
        );
        Assert.True(steps[^1].GetProperty("loss").GetDouble() < .8 * steps[0].GetProperty("loss").GetDouble());
        var scores = Concord.Calibration.ScoresFile.Read(Path.Combine(folder.Path, "scores.jsonl"));
        Assert.Equal((180, 0), (scores.Predictions.Count, scores.Errors.Count));
        Assert.All(
            scores.Predictions,
            prediction =>
            {
                Assert.NotNull(prediction.Temperature);
                Assert.StartsWith("annotator ", prediction.Annotator);
                Assert.All(prediction.Lengths!, length => Assert.True(length >= 300 && length % 100 == 0));
            }
        );
        var written = Concord.Calibration.EvaluationFile.Read(Path.Combine(folder.Path, "evaluation.json"));
        Assert.Equal(result.Evaluation.Sides, written.Sides);
        Assert.Equal(180, written.Sides!.HeldOut.Comparisons);
        Assert.Equal(result.Steps, Concord.Records.RunRecord.Read(folder.Path)!.Step);
        using var evaluation = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "evaluation.json")));
        Assert.Equal(
            ["source0", "source1", "source2"],
            evaluation.RootElement.GetProperty("sources").EnumerateObject().Select(source => source.Name)
        );
        using var training = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "model", "training.json")));
        Assert.Equal(result.BestStep, training.RootElement.GetProperty("step").GetInt32());
    }

    private sealed class Spoiler(string file) : ITrainingObserver
    {
        public void Evaluated(int step, Concord.Calibration.EvaluationReport report, bool best) =>
            File.AppendAllText(file, "{\"rewards\": [1\n");
    }

    [Fact]
    public void A_prediction_that_cannot_be_read_back_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        var scores = Path.Combine(folder.Path, "scores.jsonl");
        var message = Assert
            .Throws<ConcordException>(() =>
                Train(folder.Path, More with { MaximumSteps = 1 }, observer: new Spoiler(scores))
            )
            .Message;
        Assert.StartsWith($"{scores} is gone or damaged", message);
    }

    [Fact]
    public void Training_stops_when_nothing_gets_better_and_keeps_the_best()
    {
        using var folder = new TemporaryFolder();
        var result = Train(
            folder.Path,
            More with
            {
                Epochs = 40,
                LearningRate = .05,
                HeadLearningRate = .05,
                Patience = 2,
                EvaluateEvery = 2,
                Temperatures = new(),
            },
            data: TinyModel.Data(20, 6, validation: 6)
        );
        Assert.Equal(TrainingOutcome.Finished, result.Outcome);
        Assert.True(result.Step < result.Steps, $"{result.Step}");
        Assert.Equal(result.Step - 4, result.BestStep);
    }

    [Fact]
    public void Without_a_validation_side_the_last_step_is_kept_and_nothing_may_stop_early()
    {
        using var folder = new TemporaryFolder();
        var settings = More with { Epochs = 8, LearningRate = .05, HeadLearningRate = .05, EvaluateEvery = 2 };
        var result = Train(folder.Path, settings);
        Assert.Equal(result.Steps, result.BestStep);
        using var other = new TemporaryFolder();
        var error = Assert.Throws<ConcordException>(() => Train(other.Path, settings with { Patience = 2 }));
        Assert.Contains("split.validation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_reported_has_no_say_in_what_is_kept()
    {
        var settings = More with { Epochs = 8, LearningRate = .05, HeadLearningRate = .05, EvaluateEvery = 2 };
        var data = TinyModel.Data(20, 6, validation: 6);
        TrainingData[] sides = [data, new(data.Training, [.. data.HeldOut.Take(9)], validation: data.Validation)];
        var steps = sides.Select(side =>
        {
            using var folder = new TemporaryFolder();
            return Train(folder.Path, settings, data: side).BestStep;
        });
        Assert.Single(steps.Distinct());
    }

    [Fact]
    public void A_prompt_lies_on_one_side_only()
    {
        var data = TinyModel.Data(20, 6, validation: 6);
        var trained = Assert.Throws<ConcordException>(() =>
            new TrainingData(data.Training, data.HeldOut, validation: [data.Training[0]])
        );
        Assert.Contains(
            "this validation comparison's prompt is also trained on",
            trained.Message,
            StringComparison.Ordinal
        );
        var held = Assert.Throws<ConcordException>(() =>
            new TrainingData(data.Training, data.HeldOut, validation: [data.HeldOut[0]])
        );
        Assert.Contains("this validation comparison's prompt is also held out", held.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrainedParts.Head)]
    [InlineData(TrainedParts.LastLayers)]
    [InlineData(TrainedParts.Adapters)]
    public void Every_mode_changes_what_it_trains_and_nothing_else(TrainedParts mode)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        var before = TinyModel.Weights(model);
        var settings = More with
        {
            Mode = mode,
            LastLayers = 1,
            MaximumSteps = 3,
            LearningRate = null,
            HeadLearningRate = null,
        };
        new TrainingRun(
            model,
            TinyModel.Data(20, 6),
            settings,
            new TrainingRunOptions
            {
                Output = folder.Path,
                Config = "",
                WriteModel = TinyModel.Write,
            }
        ).Run(TestContext.Current.CancellationToken);
        var changed = TinyModel
            .Weights(model)
            .Where(weights =>
                !before.TryGetValue(weights.Key, out var old) || !old.AsSpan().SequenceEqual(weights.Value)
            )
            .Select(weights => weights.Key)
            .ToArray();
        Assert.Equal(model.TrainedParameters.Select(parameter => parameter.Name).Order(), changed.Order());
        Assert.Contains("score.weight", changed);
    }

    [Fact]
    public void A_run_without_held_out_comparisons_writes_its_last_model()
    {
        using var folder = new TemporaryFolder();
        var result = Train(folder.Path, More with { MaximumSteps = 2 }, data: TinyModel.Data(20, 0));
        Assert.Equal((TrainingOutcome.Finished, 2), (result.Outcome, result.BestStep));
        Assert.True(File.Exists(Path.Combine(folder.Path, "model", "model.safetensors")));
        Assert.True(File.Exists(Path.Combine(folder.Path, "evaluation.json")));
    }

    [Fact]
    public void No_step_at_all_evaluates_the_untrained_model()
    {
        using var folder = new TemporaryFolder();
        var result = Train(folder.Path, More with { MaximumSteps = 0 });
        Assert.Equal((TrainingOutcome.Finished, 0, 0), (result.Outcome, result.Step, result.BestStep));
        Assert.Equal(3, result.Evaluation!.Sources.Count);
        Assert.Equal(TrainingOutcome.AlreadyFinished, Train(folder.Path, More with { MaximumSteps = 0 }).Outcome);
    }

    [Fact]
    public void Two_runs_do_not_share_a_folder_and_none_goes_on_from_another_model()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path, More, 3);
        using (
            File.Open(Path.Combine(folder.Path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
        )
            Assert.Contains(
                "another process",
                Assert.Throws<ConcordException>(() => Train(folder.Path, More)).Message,
                StringComparison.Ordinal
            );
        using var other = TinyModel.Create(seed: 4);
        var run = new TrainingRun(
            other,
            TinyModel.Data(20, 6),
            More,
            new TrainingRunOptions
            {
                Output = folder.Path,
                Config = "a: 1\n",
                WriteModel = TinyModel.Write,
            }
        );
        Assert.Contains(
            "another model",
            Assert.Throws<ConcordException>(() => run.Run(TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal
        );
        // the same weights read otherwise are another model too
        using var same = TinyModel.Create();
        using var pooled = new RewardModel(same.Backbone, same.Head, Pooling.Mean, new FusedOperations());
        run = new TrainingRun(
            pooled,
            TinyModel.Data(20, 6),
            More,
            new TrainingRunOptions
            {
                Output = folder.Path,
                Config = "a: 1\n",
                WriteModel = TinyModel.Write,
            }
        );
        Assert.Contains(
            "another model",
            Assert.Throws<ConcordException>(() => run.Run(TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(TrainingOutcome.Finished, Train(folder.Path, More).Outcome);
    }

    [Fact]
    public void Training_that_diverges_says_so()
    {
        using var folder = new TemporaryFolder();
        var settings = More with
        {
            LearningRate = 9,
            HeadLearningRate = 9,
            Epochs = 200,
            Optimizer = new OptimizerSettings
            {
                Kind = OptimizerKind.Sgd,
                ClipNorm = null,
                WeightDecay = 10,
            },
            Temperatures = new(),
            Weighting = new EqualWeighting(),
        };
        var error = Assert.Throws<ConcordException>(() => Train(folder.Path, settings));
        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_under_bf16_products_checks_itself_and_saves_as_far_as_bf16_goes()
    {
        Assert.SkipUnless(MatrixProduct.HasBf16, "no bf16 instructions here");
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(precision: ProductPrecision.Bf16);
        var options = new TrainingRunOptions
        {
            Output = folder.Path,
            Config = "",
            WriteModel = TinyModel.Write,
        };
        Assert.Equal(
            TrainingOutcome.Finished,
            new TrainingRun(model, TinyModel.Data(20, 6), More, options)
                .Run(TestContext.Current.CancellationToken)
                .Outcome
        );
        var saved = Path.Combine(folder.Path, "saved");
        model.Save(saved); // opened again and compared, which products of another precision would not pass
        using var again = RewardModel.Load(saved, new RewardModelOptions { Bf16Products = true });
        Assert.True(again.HasBf16Products);
    }

    [Fact]
    public void Weights_stored_in_bf16_are_trained_through_fp32_masters()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(type: TorchSharp.torch.ScalarType.BFloat16);
        // steps far below what bf16 can tell apart add up in the masters
        var settings = More with
        {
            LearningRate = 1e-4,
            HeadLearningRate = 1e-4,
            Epochs = 8,
            Schedule = new() { Shape = Concord.Training.Schedules.ScheduleShape.Constant, WarmUp = 0 },
        };
        var before = TinyModel.Weights(model);
        new TrainingRun(
            model,
            TinyModel.Data(20, 6),
            settings,
            new TrainingRunOptions
            {
                Output = folder.Path,
                Config = "",
                WriteModel = TinyModel.Write,
            }
        ).Run(TestContext.Current.CancellationToken);
        var name = model.Backbone.LayerParameters(1).First(parameter => parameter.Value.dim() == 2).Name;
        Assert.Equal(
            TorchSharp.torch.ScalarType.BFloat16,
            model.Parameters.Single(parameter => parameter.Name == name).Value.dtype
        );
        var moved = before[name].Zip(TinyModel.Weights(model)[name]).Count(pair => pair.First != pair.Second);
        Assert.True(moved > before[name].Length / 4, $"{moved} of {before[name].Length} moved");
    }

    [Fact]
    public void A_prompt_on_both_sides_is_refused()
    {
        var data = TinyModel.Data(3, 1);
        Assert.Contains(
            "Split by prompt",
            Assert.Throws<ConcordException>(() => new TrainingData(data.Training, [data.Training[0]])).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ConcordException>(() => new TrainingData([], []));
    }

    [Fact]
    public void A_text_that_begins_twice_or_a_batch_of_equal_texts_fails_the_self_check()
    {
        using var folder = new TemporaryFolder();
        var data = TinyModel.Data(20, 2);
        var doubled = new TrainingData(
            [.. data.Training.Select(one => one with { Prefix = [1, 1, .. one.Prefix] })],
            []
        )
        {
            BosTokenId = 1,
        };
        Assert.Contains(
            "more than once",
            Assert.Throws<ConcordException>(() => Train(Path.Combine(folder.Path, "a"), More, data: doubled)).Message,
            StringComparison.Ordinal
        );
        var alike = new TrainingData(
            [.. data.Training.Select(one => one with { Suffixes = [.. one.Suffixes.Select(_ => one.Suffixes[0])] })],
            []
        );
        Assert.Contains(
            "same ids",
            Assert.Throws<ConcordException>(() => Train(Path.Combine(folder.Path, "b"), More, data: alike)).Message,
            StringComparison.Ordinal
        );
    }
}
