using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Packing;
using Concord.Records;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Heads;
using Concord.Training.Loop;
using Concord.Training.Losses;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>Runs whose head is solved for, alone or before the rest is trained.</summary>
[Collection("training")]
public class ExactHeadTests : OneThread
{
    private static readonly TrainingSettings Alone = new() { Mode = TrainedParts.HeadExact };

    private sealed class Stopper(CancellationTokenSource source, int afterStep) : ITrainingObserver
    {
        public void Preparing(int done, int count)
        {
            if (afterStep < 0)
                source.Cancel();
        }

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
        TrainingData? data = null,
        string? states = null
    )
    {
        using var model = TinyModel.Create();
        using var source = new CancellationTokenSource();
        var options = new TrainingRunOptions
        {
            Output = folder,
            Config = "",
            WriteModel = TinyModel.Write,
            FrozenStates = states,
            Observer = stopAfter is { } step ? new Stopper(source, step) : null,
        };
        return new TrainingRun(model, data ?? TinyModel.Data(20, 6, validation: 6), settings, options).Run(
            source.Token
        );
    }

    private static void Same(string expected, string actual)
    {
        foreach (var file in (string[])["model/model.safetensors", "scores.jsonl", "evaluation.json", "run.json"])
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(expected, file)),
                File.ReadAllBytes(Path.Combine(actual, file))
            );
        string[] Lines(string folder) =>
            [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line => line.Split(",\"seconds\"")[0])];
        Assert.Equal(Lines(expected), Lines(actual));
    }

    [Fact]
    public void The_head_alone_takes_no_step_and_leaves_the_folder_of_any_run()
    {
        using var folder = new TemporaryFolder();
        var result = Train(folder.File("run"), Alone, states: folder.File("states"));
        Assert.Equal((TrainingOutcome.Finished, 0, 0, 0), (result.Outcome, result.Step, result.Steps, result.BestStep));
        Assert.True(RunRecord.Read(folder.File("run"))!.HeadRidge > 0);
        Assert.Single(File.ReadLines(folder.File("run/metrics.jsonl")));
        Assert.Equal(TrainingOutcome.AlreadyFinished, Train(folder.File("run"), Alone).Outcome);
        Train(folder.File("again"), Alone);
        Same(folder.File("run"), folder.File("again"));
    }

    /// <summary>The gradient that training itself would take, with the ridge's, is zero.</summary>
    [Fact]
    public void At_the_exact_head_training_has_nothing_to_descend_on()
    {
        using var folder = new TemporaryFolder();
        var data = TinyModel.Data(20, 6);
        const double ridge = .01;
        Train(folder.File("run"), Alone with { HeadRidge = ridge }, data: data);
        using var model = TinyModel.Create();
        using var file = Concord.Modeling.Files.SafetensorsFile.Open(folder.File("run/model/model.safetensors"));
        var head = file.Load("score.weight").data<float>().ToArray();
        using (TorchSharp.torch.no_grad())
            model.Head.Value.copy_(file.Load("score.weight"));
        TokenizedComparison[] all = [.. data.Training];
        int[] sources = [.. all.Select(one => one.Comparison.Source[^1] - '0')];
        using var batch = PackedBatch.Create(all, model.Device);
        using var output = model.Forward(batch);
        var losses = RankingLoss.Evaluate(RankingPairs.Create(all, sources, 3, new()), output.Rewards);
        var gradients = losses.HeadGradients(output.Hidden.data<float>().ToArray());
        for (var k = 0; k < head.Length; k++)
        {
            var sum = Enumerable.Range(0, 3).Sum(source => gradients[source * head.Length + k] / 3);
            Assert.Equal(0, sum + ridge * head[k], 1e-6);
        }
    }

    public static TheoryData<string> Starts => ["full", "last layer", "lora", "head", "more"];

    private static TrainingSettings Of(string start) =>
        new TrainingSettings
        {
            HeadStart = HeadStart.Exact,
            MaximumSteps = 4,
            LearningRate = 1e-3,
            HeadLearningRate = 1e-3,
            Batches = new BatchSettings { PerSource = 4 },
        } with
        {
            Mode = start switch
            {
                "last layer" => TrainedParts.LastLayers,
                "lora" => TrainedParts.Adapters,
                "head" => TrainedParts.Head,
                _ => TrainedParts.Full,
            },
            LastLayers = 1,
            Lora = new LoraSettings { Rank = 2 },
            Weighting = start == "more" ? new MoreWeighting { Alpha = .7 } : new EqualWeighting(),
        };

    [Theory]
    [MemberData(nameof(Starts))]
    public void Training_goes_on_from_the_exact_head_and_after_a_stop_with_the_same_bits(string start)
    {
        using var folder = new TemporaryFolder();
        var whole = Train(folder.File("whole"), Of(start));
        Assert.Equal((TrainingOutcome.Finished, 4), (whole.Outcome, whole.Step));
        var first = Train(folder.File("parts"), Of(start), stopAfter: -1);
        Assert.Equal((TrainingOutcome.Interrupted, 0), (first.Outcome, first.Step));
        var second = Train(folder.File("parts"), Of(start), stopAfter: 2);
        Assert.Equal((TrainingOutcome.Interrupted, 2), (second.Outcome, second.Step));
        Assert.Equal(2, Train(folder.File("parts"), Of(start)).ResumedFrom);
        Same(folder.File("whole"), folder.File("parts"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stop_before_the_head_is_found_keeps_the_hidden_states(bool damaged)
    {
        using var folder = new TemporaryFolder();
        var (whole, parts) = (folder.File("whole"), folder.File("parts"));
        Train(whole, Of("full"));
        var stopped = Train(parts, Of("full"), stopAfter: -1);
        Assert.False(stopped.HasCheckpoint);
        var kept = Path.Combine(parts, "checkpoints", "hidden.states");
        var bytes = File.ReadAllBytes(kept);
        Assert.InRange(bytes.Length, 200, int.MaxValue);
        if (damaged)
        {
            bytes[^9] ^= 1;
            File.WriteAllBytes(kept, bytes);
        }
        Train(parts, Of("full"));
        Same(whole, parts);
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public void The_step_kept_is_never_worse_on_the_validation_side_than_the_exact_head()
    {
        using var folder = new TemporaryFolder();
        var spoiled = Of("full") with { LearningRate = 5, HeadLearningRate = 5 };
        Assert.Equal(0, Train(folder.File("run"), spoiled).BestStep);
    }

    [Fact]
    public void What_has_no_exact_head_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            "MoreWeighting",
            Refused(Alone with { Weighting = new MoreWeighting() }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "temperatures",
            Refused(Alone with { Temperatures = new SourceTemperatureSettings { Enabled = true } }),
            StringComparison.Ordinal
        );

        string Refused(TrainingSettings settings) =>
            Assert.Throws<ConcordException>(() => Train(folder.File("run"), settings)).Message;
    }

    /// <summary>The paper's MultiTask counts pairs, equal weights count sources.</summary>
    [Fact]
    public void Coefficients_follow_the_form_of_the_total()
    {
        int[] sources = [0, 0, 0, 1];
        var scores = sources.Select(_ => (double[])[1, 0]).ToArray();
        double[] Of(TotalForm total, double[] perBatch) =>
            SourceCoefficients.Of(
                RankingPairs.Create(scores, sources, 2, new RankingLossSettings { Total = total }),
                new EqualWeighting(),
                perBatch
            );
        Assert.Equal([.5, .5], Of(TotalForm.Mean, [6, 2]));
        Assert.Equal([.75, .25], Of(TotalForm.Pooled, [6, 2]));
        Assert.Equal([.5, .5], Of(TotalForm.Pooled, [4, 4]));
    }
}
