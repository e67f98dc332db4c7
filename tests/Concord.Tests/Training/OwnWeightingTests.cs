using System.Text.Json;
using Concord.Modeling;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Losses;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>A weighting that the library does not know takes part in a run like its own.</summary>
[Collection("training")]
public class OwnWeightingTests : OneThread
{
    private static TrainingResult Train(string folder, IWeighting weighting, int? stopAfter = null)
    {
        using var model = TinyModel.Create();
        using var source = new CancellationTokenSource();
        var settings = new TrainingSettings
        {
            LearningRate = 2e-3,
            HeadLearningRate = 5e-3,
            MaximumSteps = 6,
            Epochs = 4,
            Batches = new BatchSettings { PerSource = 4, MicroBatch = 5 },
            Weighting = weighting,
        };
        var options = new TrainingRunOptions
        {
            Output = folder,
            Config = "",
            WriteModel = TinyModel.Write,
            Observer = stopAfter is { } step ? new Stopper(source, step) : null,
        };
        return new TrainingRun(model, TinyModel.Data(14, 4), settings, options).Run(source.Token);
    }

    private sealed class Stopper(CancellationTokenSource source, int afterStep) : ITrainingObserver
    {
        public void Stepped(StepReport report)
        {
            if (report.Step == afterStep)
                source.Cancel();
        }
    }

    [Theory]
    [InlineData(GradientSpace.Head)]
    [InlineData(GradientSpace.Trained)]
    public void It_may_leave_the_simplex_and_remember_and_resumes_with_the_same_bits(GradientSpace space)
    {
        using var folders = new TemporaryFolder();
        string whole = folders.File("whole"),
            parts = folders.File("parts");
        Train(whole, new ConflictFree(space));
        Assert.Equal(TrainingOutcome.Interrupted, Train(parts, new ConflictFree(space), stopAfter: 3).Outcome);
        Assert.Equal(3, Train(parts, new ConflictFree(space)).ResumedFrom);
        foreach (var file in (string[])["model/model.safetensors", "checkpoints/step-00000006/state.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(parts, file)));
        var sums = File.ReadLines(Path.Combine(whole, "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("weights", out _))
            .Select(line => line.GetProperty("weights").EnumerateObject().Sum(weight => weight.Value.GetDouble()))
            .ToArray();
        Assert.Equal(6, sums.Length);
        Assert.All(sums, sum => Assert.True(sum > 2.9)); // three sources whole, and what conflicts is added back
    }

    [Fact]
    public void A_checkpoint_of_another_weighting_is_refused_in_a_sentence()
    {
        using var folders = new TemporaryFolder();
        string more = folders.File("more"),
            own = folders.File("own");
        Train(more, new MoreWeighting(), stopAfter: 2);
        Train(own, new ConflictFree(GradientSpace.Head), stopAfter: 2);
        foreach (
            var (folder, weighting, named) in new (string, IWeighting, string)[]
            {
                (more, new ConflictFree(GradientSpace.Head), "lacks `surgery_products`"),
                (more, new EqualWeighting(), "has `momentum` besides"),
                (own, new MoreWeighting(), "lacks `momentum`"),
            }
        )
        {
            var message = Assert.Throws<ConcordException>(() => Train(folder, weighting)).Message;
            Assert.Contains(named, message, StringComparison.Ordinal);
            Assert.Contains("Start the run again", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_products_of_all_trained_gradients_are_those_of_the_sources_own()
    {
        var seen = new Seeing();
        var data = TinyModel.Data(8, 0);
        float[] Gradient(IWeighting weighting, int[] sources, int? micro)
        {
            using var scope = torch.NewDisposeScope();
            using var model = TinyModel.Create();
            model.SetTrained(TrainedParts.Full);
            using var parameters = new FlatParameters(model, new OptimizerSettings(), 1, 1);
            weighting.Start(new WeightingContext(data.Sources, model.Config.HiddenSize, 1));
            using var objective = new RankingObjective(
                model,
                parameters,
                new RankingLossSettings(),
                new BatchSettings { MicroBatch = micro },
                weighting,
                new SourceTemperatures(3, new SourceTemperatureSettings())
            );
            int[] items =
            [
                .. Enumerable.Range(0, data.Training.Count).Where(item => sources.Contains(data.TrainingSources[item])),
            ];
            var batch = new TrainingBatch(
                0,
                [.. items.Select(item => data.Training[item])],
                [.. items.Select(item => data.TrainingSources[item])],
                new bool[items.Length]
            );
            objective.Step(batch, CancellationToken.None);
            return parameters.Gradients.data<float>().ToArray();
        }

        foreach (int? micro in (int?[])[null, 5])
        {
            var sum = Gradient(seen, [0, 1, 2], micro);
            var own = Enumerable.Range(0, 3).Select(source => Gradient(new EqualWeighting(), [source], null)).ToArray();
            for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++)
            {
                var expected = own[i].Zip(own[j], (a, b) => (double)a * b).Sum();
                Assert.Equal(expected, seen.Products[i * 3 + j], 1e-5 * Math.Max(1, Math.Abs(expected)));
            }
            var largest = sum.Max(MathF.Abs);
            for (var at = 0; at < sum.Length; at++)
                Assert.Equal(2 * own[0][at] - own[1][at] + .5f * own[2][at], sum[at], 1e-5f * largest);
        }
    }

    [Fact]
    public void Coefficients_that_are_none_and_a_scope_that_cannot_be_are_refused()
    {
        using var folders = new TemporaryFolder();
        Assert.Contains(
            "a finite number for each",
            Assert.Throws<ConcordException>(() => Train(folders.File("a"), new Short())).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "micro-batch by micro-batch",
            Assert.Throws<ConcordException>(() => Train(folders.File("b"), new PartByPart())).Message,
            StringComparison.Ordinal
        );
    }

    private sealed class Seeing : IWeighting
    {
        public GradientSpace Space => GradientSpace.Trained;

        public double[] Products { get; private set; } = [];

        public double[] Weigh(SourceGradients gradients)
        {
            Products = gradients.Gram.Values.ToArray();
            return [2, -1, .5];
        }
    }

    private sealed class Short : IWeighting
    {
        public GradientSpace Space => GradientSpace.None;

        public double[] Weigh(SourceGradients gradients) => [1];
    }

    private sealed class PartByPart : IWeighting
    {
        public GradientSpace Space => GradientSpace.Trained;

        public WeightingScope Scope => WeightingScope.MicroBatch;

        public double[] Weigh(SourceGradients gradients) => new double[gradients.Count];
    }
}
