using Concord.Modeling;
using Concord.Modeling.Operations;
using Concord.Modeling.Rewards;
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

[Collection("training")] // one after the other: the library's threads would fight for the cores
public class TrainingStepTests : OneThread
{
    private static (float[] Gradients, StepOutcome Outcome, double[][] Rewards) Gradients(
        TrainingSettings settings,
        TrainedParts parts = TrainedParts.Full,
        bool plain = false
    )
    {
        using var model = TinyModel.Create(type: plain ? torch.float32 : null);
        return Gradients(model, TinyModel.Data(8, 0), settings, parts);
    }

    private static (float[] Gradients, StepOutcome Outcome, double[][] Rewards) Gradients(
        RewardModel model,
        TrainingData data,
        TrainingSettings settings,
        TrainedParts parts = TrainedParts.Full
    )
    {
        using var scope = torch.NewDisposeScope();
        model.SetTrained(parts, 1);
        using var parameters = new FlatParameters(model, settings.Optimizer, 1, 1);
        var temperatures = new SourceTemperatures(3, new());
        temperatures.Put("log_temperatures", [.2, -.3, .1]);
        settings.Weighting.Start(new WeightingContext(data.Sources, model.Config.HiddenSize, 4));
        using var objective = new RankingObjective(
            model,
            parameters,
            settings.Loss,
            settings.Batches,
            settings.Weighting,
            temperatures
        );
        var batch = new TrainingBatch(0, data.Training, data.TrainingSources, new bool[data.Training.Count]);
        var outcome = objective.Step(batch, CancellationToken.None);
        return (parameters.Gradients.data<float>().ToArray(), outcome, objective.Rewards);
    }

    private static MoreWeighting More(
        GradientAccumulation way = GradientAccumulation.Auto,
        WeightingScope scope = WeightingScope.Batch
    ) =>
        new()
        {
            Alpha = .6,
            MomentumStart = MomentumStart.Random,
            Accumulation = way,
            Scope = scope,
        };

    [Theory]
    [InlineData("more", TotalForm.Mean, PairAveraging.PerPair, TrainedParts.Full)]
    [InlineData("more", TotalForm.Pooled, PairAveraging.PerComparison, TrainedParts.Full)]
    [InlineData("more", TotalForm.Mean, PairAveraging.PerPair, TrainedParts.LastLayers)]
    [InlineData("more", TotalForm.Mean, PairAveraging.PerPair, TrainedParts.Head)]
    [InlineData("equal", TotalForm.Mean, PairAveraging.PerComparison, TrainedParts.Full)]
    [InlineData("equal", TotalForm.Pooled, PairAveraging.PerPair, TrainedParts.Full)]
    public void Accumulated_micro_batches_equal_the_large_batch(
        string scheme,
        TotalForm total,
        PairAveraging averaging,
        TrainedParts parts
    )
    {
        IWeighting Scheme(GradientAccumulation way) => scheme == "more" ? More(way) : new EqualWeighting();
        var settings = new TrainingSettings
        {
            Loss = new RankingLossSettings
            {
                Total = total,
                Averaging = averaging,
                LabelSmoothing = .05,
                Centering = .01,
                Margin = .1,
            },
            Weighting = Scheme(GradientAccumulation.Auto),
        };
        var (whole, outcome, rewards) = Gradients(settings, parts);
        var largest = whole.Max(MathF.Abs);
        BatchSettings[] cuts =
        [
            new() { MicroBatch = 12 },
            new() { MicroBatch = 5 },
            new() { MicroBatch = 1 },
            new() { TokenBudget = 40 },
        ];
        var ways =
            from cut in cuts
            from way in new[] { GradientAccumulation.SecondForward, GradientAccumulation.GradientBuffers }
            from plain in new[] { false, true }
            select (cut, way, plain);
        foreach (var (cut, way, plain) in ways)
        {
            var (accumulated, other, otherRewards) = Gradients(
                settings with
                {
                    Batches = cut,
                    Weighting = Scheme(way),
                },
                parts,
                plain
            );
            Assert.True(whole.Zip(accumulated, (a, b) => Math.Abs(a - b)).Max() < 1e-5 * largest, $"{cut} {way}");
            Assert.Equal(outcome.Loss, other.Loss, 1e-6);
            for (var i = 0; i < 3; i++)
                Assert.Equal(outcome.Weights[i], other.Weights[i], 1e-6);
            Assert.Equal(
                rewards.SelectMany(row => row),
                otherRewards.SelectMany(row => row),
                (a, b) => Math.Abs(a - b) < 1e-5
            );
        }
    }

    [Fact]
    public void Micro_batch_scope_solves_for_each_and_so_differs()
    {
        var batches = new BatchSettings { MicroBatch = 6 };
        var whole = Gradients(new TrainingSettings { Batches = batches, Weighting = More() }).Outcome;
        var parts = Gradients(
            new TrainingSettings { Batches = batches, Weighting = More(scope: WeightingScope.MicroBatch) }
        ).Outcome;
        Assert.Equal(1, parts.Weights.Sum(), 1e-12);
        Assert.True(whole.Weights.Zip(parts.Weights, (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Fact]
    public void A_token_budget_bounds_memory_where_every_source_has_a_gradient_buffer_too()
    {
        // gathered by source, the long texts of one are not to meet in one part
        var data = TinyModel.Data(8, 0);
        data = new TrainingData(
            [
                .. data.Training.Select(one =>
                    one.Comparison.Source == "source1"
                        ? one with
                        {
                            Prefix = [.. Enumerable.Repeat(one.Prefix, 40).SelectMany(ids => ids)],
                        }
                        : one
                ),
            ],
            []
        );
        long Bytes(GradientAccumulation way, int budget)
        {
            using var operations = new FusedOperations();
            using var model = TinyModel.Create(operations: operations);
            Gradients(
                model,
                data,
                new TrainingSettings
                {
                    Batches = new BatchSettings { TokenBudget = budget },
                    Weighting = More(way),
                }
            );
            return operations.Bytes;
        }

        var (second, buffers) = (
            Bytes(GradientAccumulation.SecondForward, 400),
            Bytes(GradientAccumulation.GradientBuffers, 400)
        );
        Assert.True(buffers < 1.1 * second, $"{buffers} bytes with buffers, {second} with a second forward pass");
        Assert.True(buffers < .5 * Bytes(GradientAccumulation.SecondForward, 65536));
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        foreach (
            var (way, parts) in from way in (GradientAccumulation[])
                [GradientAccumulation.SecondForward, GradientAccumulation.GradientBuffers]
            from parts in (TrainedParts[])[TrainedParts.LastLayers, TrainedParts.Head, TrainedParts.Adapters]
            select (way, parts)
        )
        {
            var settings = new TrainingSettings
            {
                Batches = new BatchSettings { MicroBatch = 6 },
                Weighting = More(way),
            };
            Gradients(settings, parts);
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (var i = 0; i < 5; i++)
                Gradients(settings, parts);
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }
}
