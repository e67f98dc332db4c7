using Concord.Training.Batches;
using Concord.Training.Checkpoints;
using Concord.Training.Loop;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>A disk that is full, or a process that dies, at any write of a run.</summary>
[Collection("training")]
public class FaultTests : OneThread
{
    private static readonly TrainingSettings Settings = new()
    {
        LearningRate = 2e-3,
        HeadLearningRate = 5e-3,
        MaximumSteps = 3,
        Epochs = 2,
        Batches = new BatchSettings { PerSource = 3 },
        EvaluateEvery = 2,
        CheckpointEvery = 1,
    };

    [Fact]
    public void Whatever_write_of_a_checkpoint_fails_the_newest_one_is_whole()
    {
        static void Save(string folder, int step)
        {
            using var value = torch.full(3, step);
            new CheckpointStore(folder, keep: 1).Save(
                new TrainingProgress
                {
                    Step = step,
                    Steps = 9,
                    Data = "data",
                    Model = "model",
                },
                [("value", value)]
            );
        }

        var operations = FailingDisk.AtEveryOperation(
            folder => Save(folder, 1),
            folder => Save(folder, 2),
            (folder, failed) =>
            {
                var (progress, tensors) = new CheckpointStore(folder, keep: 1).Newest()!.Value;
                using (tensors)
                {
                    Assert.True(failed ? progress.Step is 1 or 2 : progress.Step == 2);
                    using var value = tensors.Load("value");
                    Assert.Equal(progress.Step, value[0].ToDouble());
                }
            }
        );
        Assert.InRange(operations, 10, 60);
    }

    [Fact]
    public void A_run_that_dies_at_any_write_goes_on_to_the_same_model()
    {
        using var folders = new TemporaryFolder();
        var expected = Train(folders.File("whole"));
        var runs = 0;
        FailingDisk.AtEveryOperation(
            _ => { },
            folder => Train(Path.Combine(folder, "run")),
            (folder, failed) =>
            {
                runs++;
                if (failed)
                    Train(Path.Combine(folder, "run"));
                Assert.Equal(expected, Model(Path.Combine(folder, "run")));
            },
            step: 9
        );
        Assert.InRange(runs, 8, 400);
    }

    private static byte[] Train(string output)
    {
        using var model = TinyModel.Create();
        var options = new TrainingRunOptions
        {
            Output = output,
            Config = "seed: 1",
            WriteModel = TinyModel.Write,
        };
        new TrainingRun(model, TinyModel.Data(8, 3), Settings, options).Run();
        return Model(output);
    }

    private static byte[] Model(string output) => File.ReadAllBytes(Path.Combine(output, "model", "model.safetensors"));
}
