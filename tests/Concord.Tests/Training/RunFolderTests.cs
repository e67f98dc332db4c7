using Concord.Foundation;
using Concord.Training.Checkpoints;
using Concord.Training.Loop;
using Xunit;

namespace Concord.Tests.Training;

public class RunFolderTests
{
    [Fact]
    public void A_second_run_leaves_alone_what_the_first_is_writing()
    {
        using var folder = new TemporaryFolder();
        var (place, partial) = (folder.File("run"), Path.Combine(folder.File("run"), "model.partial"));
        var alone = new RunFolder(place, "seed: 1").Lock();
        KilledWriter.Leave(Path.Combine(place, "model"));
        var second = new RunFolder(place, "seed: 1");
        Assert.Contains(
            "in use",
            Assert.Throws<ConcordException>(() => second.Lock()).Message,
            StringComparison.Ordinal
        );
        Assert.True(Directory.Exists(partial));
        alone.Dispose();
        using (second.Lock())
            Assert.False(Directory.Exists(partial)); // what a killed run leaves
    }

    [Fact]
    public void Asking_whether_a_run_has_ended_only_reads()
    {
        using var folder = new TemporaryFolder();
        var place = folder.File("run");
        Assert.Null(RunFolder.Ended(place, "seed: 1", null));
        Assert.False(Directory.Exists(place));
        var run = new RunFolder(place, "seed: 1");
        Assert.Null(RunFolder.Ended(place, "seed: 1", null));
        Assert.Contains(
            "other settings",
            Assert.Throws<ConcordException>(() => RunFolder.Ended(place, "seed: 2", null)).Message,
            StringComparison.Ordinal
        );
        run.Finish(
            new TrainingProgress
            {
                Step = 3,
                Steps = 4,
                BestStep = 2,
                Data = "data",
                Model = "model",
            },
            files: null
        );
        Assert.Null(RunFolder.Ended(place, "seed: 1", null)); // its model is not there
        var weights = Path.Combine(place, "model", "model.safetensors");
        Directory.CreateDirectory(Path.Combine(place, "model"));
        Assert.Null(RunFolder.Ended(place, "seed: 1", null)); // empty
        File.WriteAllText(weights, "weights");
        Checksums.Write(Path.Combine(place, "model"));
        Assert.Equal(
            new TrainingResult(TrainingOutcome.AlreadyFinished, 3, 4, 2, null, null),
            RunFolder.Ended(place, "seed: 1", null)
        );
        File.WriteAllText(weights, "weightr");
        Assert.Contains(
            $"{weights} is not as the run wrote it",
            Assert.Throws<ConcordException>(() => RunFolder.Ended(place, "seed: 1", null)).Message,
            StringComparison.Ordinal
        );
        File.Delete(weights);
        Assert.Null(RunFolder.Ended(place, "seed: 1", null));
    }
}
