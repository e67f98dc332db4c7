using Concord.Modeling;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Training.Batches;
using Concord.Training.Checkpoints;
using Concord.Training.Loop;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.State;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>
/// The loop under parts that none of the library's are: an objective without sources, batches that are made and not
/// drawn, an optimizer of one's own. All remember something; stopped and gone on with, they end with the same bits.
/// </summary>
[Collection("training")]
public class OwnObjectiveTests : OneThread
{
    private const int Steps = 8;

    private static float[] Train(string folder, int? stopAfter = null)
    {
        using var scope = torch.NewDisposeScope();
        using var source = new CancellationTokenSource();
        using var model = TinyModel.Create();
        model.SetTrained(TrainedParts.Full);
        var settings = new TrainingSettings { CheckpointSeconds = 1e9 };
        using var parameters = new FlatParameters(model, settings.Optimizer, .02, .02);
        using var objective = new TowardsTarget(model, stopAfter is null ? null : source, stopAfter ?? 0);
        using var optimizer = new HeavyBall(parameters);
        var store = new CheckpointStore(Path.Combine(folder, "checkpoints"), 1);
        using var metrics = MetricsLog.Open(Path.Combine(folder, "metrics.jsonl"), [], 0, -1);
        var loop = new TrainingLoop(
            parameters,
            objective,
            new Made(),
            optimizer,
            settings,
            store,
            metrics,
            new NoObserver()
        )
        {
            Progress = new TrainingProgress
            {
                Steps = Steps,
                Data = "",
                Model = "",
            },
        };
        if (store.Newest() is var (progress, tensors))
            using (tensors)
                loop.Resume(progress, tensors);
        Assert.Equal(stopAfter is null, loop.Run(source.Token));
        Assert.Equal(stopAfter is null ? Steps : stopAfter, loop.Progress.Step);
        return parameters.Weights.data<float>().ToArray();
    }

    [Fact]
    public void They_train_stop_and_go_on()
    {
        using var folders = new TemporaryFolder();
        var whole = Train(folders.File("whole"));
        Train(folders.File("parts"), stopAfter: 3);
        Train(folders.File("parts"), stopAfter: 5);
        Assert.Equal(whole, Train(folders.File("parts")));
        var lines = File.ReadAllLines(Path.Combine(folders.File("whole"), "metrics.jsonl"));
        Assert.Equal(Steps, lines.Length);
        Assert.Contains("\"weights\":{}", lines[0], StringComparison.Ordinal);
    }

    /// <summary>Batches that are made of nothing but the step.</summary>
    private sealed class Made : IBatchSource
    {
        public int StepsPerEpoch => 4;

        public TrainingBatch Batch(int step)
        {
            var data = TinyModel.Data(2, 0, seed: step);
            return new(step, data.Training, data.TrainingSources, new bool[data.Training.Count]);
        }
    }

    /// <summary>
    /// ½ (r - t)² of every reward, with a target t that moves; cancels itself in the middle of a step.
    /// </summary>
    private sealed class TowardsTarget(RewardModel model, CancellationTokenSource? source, int cancelAfter) : IObjective
    {
        private readonly double[] target = [2];

        public IReadOnlyList<StateEntry> State => [new StateArray("target", target)];

        public StepOutcome Step(TrainingBatch batch, CancellationToken cancellation)
        {
            using var packed = PackedBatch.Create([.. batch.Comparisons], model.Device);
            using var output = model.Forward(packed, record: true);
            double[] gaps = [.. output.Rewards.Select(reward => reward - target[0])];
            var loss = gaps.Average(gap => gap * gap / 2);
            model.Backward([.. gaps.Select(gap => gap / gaps.Length)]);
            target[0] *= .9;
            if (batch.Step == cancelAfter)
                source?.Cancel();
            cancellation.ThrowIfCancellationRequested();
            return new() { Loss = loss, Tokens = packed.TokenCount };
        }

        public void Dispose() { }
    }

    private sealed class HeavyBall(FlatParameters parameters) : IOptimizer
    {
        private readonly torch.Tensor velocity = torch.zeros_like(parameters.Weights).DetachFromDisposeScope();

        public IReadOnlyList<StateEntry> State => [new StateBuffer("velocity", velocity)];

        public void Step(long number, double scheduleFactor, double gradientScale)
        {
            using var mode = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var rate = torch.full_like(velocity, .02 * scheduleFactor * gradientScale);
            velocity.div_(torch.full_like(velocity, 2)).sub_(rate.mul_(parameters.Gradients));
            parameters.Weights.add_(velocity);
            parameters.Gradients.zero_();
            parameters.Publish();
        }

        public void Dispose() => velocity.Dispose();
    }
}
