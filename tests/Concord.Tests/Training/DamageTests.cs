using Concord.Training.Batches;
using Concord.Training.Loop;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>What a disk does to a run's files is noticed, and the run goes on from what is whole.</summary>
[Collection("training")]
public class DamageTests : OneThread
{
    private static readonly TrainingSettings Settings = new()
    {
        LearningRate = 2e-3,
        HeadLearningRate = 5e-3,
        MaximumSteps = 6,
        Epochs = 4,
        Batches = new BatchSettings { PerSource = 3 },
        EvaluateEvery = 2,
        CheckpointEvery = 1,
        KeepCheckpoints = 3,
    };

    /// <summary>64 KB of zeros, or all of a smaller file.</summary>
    private static void Zeros(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(0, Math.Min(bytes.Length, 1 << 16)).Clear();
        File.WriteAllBytes(file, bytes);
    }

    private static void OneBit(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    public static TheoryData<string, string> Damages { get; } =
        new(
            from file in (string[])["state.safetensors", "progress.json", "checksums"]
            from kind in (string[])["zeros", "bit", "gone"]
            where (file, kind) is not ("checksums", "gone") // as those of earlier versions
            select (file, kind)
        );

    private static void Damage(string file, string kind)
    {
        if (kind == "zeros")
            Zeros(file);
        else if (kind == "bit")
            OneBit(file);
        else
            File.Delete(file);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before_it(string file, string kind)
    {
        using var folders = new TemporaryFolder();
        var (whole, damaged) = (folders.File("whole"), folders.File("damaged"));
        Train(whole);
        Train(damaged, stopAfter: 4);
        var newest = Path.Combine(damaged, "checkpoints", "step-00000004", file);
        Damage(newest, kind);
        var notes = new List<string>();
        var result = Train(damaged, notes: notes);
        Assert.Equal((TrainingOutcome.Finished, 3), (result.Outcome, result.ResumedFrom));
        Assert.Contains(
            notes,
            note =>
                note.Contains("step-00000004", StringComparison.Ordinal)
                && note.Contains(" is ", StringComparison.Ordinal)
        );
        Assert.Equal(Model(whole), Model(damaged));
    }

    [Fact]
    public void Where_all_checkpoints_are_damaged_the_newest_damaged_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path, stopAfter: 4);
        foreach (var step in Directory.GetDirectories(folder.File("checkpoints")))
            OneBit(Path.Combine(step, "state.safetensors"));
        var error = Assert.Throws<ConcordException>(() => Train(folder.Path));
        Assert.StartsWith(
            Path.Combine(folder.File("checkpoints"), "step-00000004", "state.safetensors"),
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_finished_run_whose_model_is_gone_makes_it_again(bool empty)
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path);
        var expected = Model(folder.Path);
        Directory.Delete(folder.File("model"), recursive: true);
        if (empty)
            Directory.CreateDirectory(folder.File("model"));
        var notes = new List<string>();
        Assert.Equal(TrainingOutcome.Finished, Train(folder.Path, notes: notes).Outcome);
        Assert.Contains(notes, note => note.Contains("is gone", StringComparison.Ordinal));
        Assert.Equal(expected, Model(folder.Path));
        Assert.Equal(TrainingOutcome.AlreadyFinished, Train(folder.Path).Outcome);
    }

    [Fact]
    public void A_model_that_chose_its_step_is_made_again_from_before_that_step()
    {
        using var folder = new TemporaryFolder();
        var data = TinyModel.Data(20, 6, validation: 6);
        var settings = Settings with
        {
            LearningRate = .05,
            HeadLearningRate = .05,
            MaximumSteps = 8,
            KeepCheckpoints = 9,
        };
        var first = Train(folder.Path, settings, data);
        var expected = Model(folder.Path);
        Directory.Delete(folder.File("model"), recursive: true);
        var again = Train(folder.Path, settings, data);
        Assert.Equal((first.BestStep, first.Step), (again.BestStep, again.Step));
        Assert.InRange(again.ResumedFrom!.Value, 0, first.BestStep);
        Assert.Equal(expected, Model(folder.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_finished_run_whose_model_is_damaged_is_not_finished_and_nothing_is_written_over(bool zeros)
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path);
        var weights = Path.Combine(folder.File("model"), "model.safetensors");
        Damage(weights, zeros ? "zeros" : "bit");
        var before = File.ReadAllBytes(weights);
        var error = Assert.Throws<ConcordException>(() => Train(folder.Path));
        Assert.StartsWith(weights, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(weights));
    }

    [Fact]
    public void Scores_that_a_disk_changed_are_not_reported_on()
    {
        using var folder = new TemporaryFolder();
        var scores = folder.File("scores.jsonl");
        Train(folder.Path);
        File.Delete(folder.File("run.json")); // stopped when only the report was left
        OneBit(scores);
        var error = Assert.Throws<ConcordException>(() => Train(folder.Path));
        Assert.StartsWith($"{scores} is gone or damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_ones_own_in_the_models_folder_stays_when_the_model_is_written_anew()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path, stopAfter: 3);
        File.WriteAllText(Path.Combine(folder.File("model"), "notes.md"), "mine");
        Train(folder.Path);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder.File("model"), "notes.md")));
    }

    private static TrainingResult Train(
        string output,
        TrainingSettings? settings = null,
        TrainingData? data = null,
        int? stopAfter = null,
        List<string>? notes = null
    )
    {
        using var model = TinyModel.Create();
        using var source = new CancellationTokenSource();
        var options = new TrainingRunOptions
        {
            Output = output,
            Config = "seed: 1",
            WriteModel = TinyModel.Write,
            Observer = new Watcher(stopAfter, source, notes ?? []),
        };
        return new TrainingRun(model, data ?? TinyModel.Data(8, 3), settings ?? Settings, options).Run(source.Token);
    }

    private static byte[] Model(string output) => File.ReadAllBytes(Path.Combine(output, "model", "model.safetensors"));

    private sealed class Watcher(int? stopAfter, CancellationTokenSource source, List<string> notes) : ITrainingObserver
    {
        public void Stepped(StepReport report)
        {
            if (report.Step == stopAfter)
                source.Cancel();
        }

        public void Noted(string note) => notes.Add(note);
    }
}
