using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Training.Checkpoints;

namespace Concord.Training.Loop;

/// <summary>The folder of a run and what stands in it.</summary>
internal sealed class RunFolder
{
    private readonly string path;
    private readonly string config;

    /// <summary>Opens or makes the folder for a run.</summary>
    /// <param name="path">Where.</param>
    /// <param name="config">The run's settings as text; what a folder of the same run holds already.</param>
    /// <param name="inputs">Files and folders that the run reads.</param>
    /// <exception cref="ConcordException">It holds a run of other settings or what no run wrote, an input lies where
    /// the run writes, or it cannot be written.</exception>
    public RunFolder(string path, string config, params IEnumerable<string> inputs)
    {
        this.path = path;
        this.config = config;
        Contents = new RunContents(path);
        using var claim = RunClaim.Take(path, config, inputs);
        claim.Keep();
    }

    /// <summary>What stands in it.</summary>
    public RunContents Contents { get; }

    /// <summary>
    /// What the run of these settings in a folder has ended with, or null where it has not ended, or never began, or
    /// its
    /// model is gone. Only reads.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <param name="config">The run's settings as text.</param>
    /// <param name="files">Fingerprint of the files the data come from; null where it is not known.</param>
    /// <exception cref="ConcordException">The folder holds a run of other settings, ended or not, or one that ended
    /// over other files, or whose model is damaged.</exception>
    public static TrainingResult? Ended(string path, string config, string? files)
    {
        if (!RunClaim.IsHeld(path, config) || RunRecord.Read(path) is not { Status: RunRecord.Finished } run)
            return null;
        if (run.Files is not null && files is not null && run.Files != files)
            throw Other(path, "has ended over other data: its files have changed since");
        if (!KeptModel.IsThere(new RunContents(path)))
            return null;
        return new(TrainingOutcome.AlreadyFinished, run.Step, run.Steps, run.BestStep, null, null);
    }

    /// <summary>The same of this folder, by data and model themselves.</summary>
    /// <param name="start">The run's beginning.</param>
    /// <exception cref="ConcordException">It has ended over other data, or from another model.</exception>
    public TrainingResult? Ended(TrainingProgress start)
    {
        if (Ended(path, config, files: null) is not { } ended)
            return null;
        var run = RunRecord.Read(path)!;
        if (run.Model is not null && run.Model != start.Model)
            throw Other(path, "began from another model");
        if (run.Data is not null && run.Data != start.Data)
            throw Other(path, "has ended over other data: files, split, tokenizer or rendering have changed");
        return ended;
    }

    /// <summary>Whether the run said that it is finished; it does so no longer.</summary>
    public bool Reopen()
    {
        var record = Path.Combine(path, RunRecord.FileName);
        if (!File.Exists(record))
            return false;
        Disk.Delete(record);
        return true;
    }

    /// <summary>Says that the run is finished; the last thing that is written.</summary>
    /// <param name="end">Where it stands.</param>
    /// <param name="files">Fingerprint of the files its data come from, where known.</param>
    public void Finish(TrainingProgress end, string? files) =>
        new RunRecord
        {
            Status = RunRecord.Finished,
            Step = end.Step,
            Steps = end.Steps,
            BestStep = end.BestStep,
            Data = end.Data,
            Model = end.Model,
            Files = files,
            HeadRidge = end.HeadRidge,
        }.Write(path);

    /// <summary>
    /// Keeps the folder for this process until it is disposed of, or dies; brings back what a killed run left of its
    /// model.
    /// </summary>
    /// <exception cref="ConcordException">Another process trains in it.</exception>
    public IDisposable Lock()
    {
        var alone = Open();
        try
        {
            AtomicFolder.Recover(Contents.ModelFolder, RewardModelFolder.Kind);
            AtomicFolder.Check(Contents.ModelFolder, RewardModelFolder.Kind);
            return alone;
        }
        catch (ConcordException)
        {
            alone.Dispose();
            throw;
        }
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(
                Path.Combine(path, ".lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{path} is in use: another process is training in it ({error.Message}). Wait for it, stop it, or "
                    + $"name another output folder.",
                error
            );
        }
    }

    /// <summary>Writes the model's folder beside and renames it.</summary>
    /// <param name="info">Its step goes into <c>training.json</c>.</param>
    /// <param name="write">Writes the model into a folder.</param>
    public void ReplaceModel(TrainedModelInfo info, Action<string> write)
    {
        AtomicFolder.Replace(
            Contents.ModelFolder,
            RewardModelFolder.Kind,
            beside =>
            {
                write(beside);
                new TrainedModelRecord { Step = info.Step }.Write(beside);
                Checksums.Write(beside);
            }
        );
    }

    private static ConcordException Other(string path, string what) =>
        new($"{path}: the run there {what}. Name another output folder, or bring back what was there.");
}
