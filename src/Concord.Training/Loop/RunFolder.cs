using Concord.Foundation;
using Concord.Records;

namespace Concord.Training.Loop;

/// <summary>The folder of a run and what stands in it.</summary>
internal sealed class RunFolder
{
    private readonly string path;
    private readonly string config;

    /// <summary>Opens or makes the folder for a run.</summary>
    /// <param name="path">Where.</param>
    /// <param name="config">The run's settings as text; what a folder of the same run holds already.</param>
    /// <exception cref="ConcordException">It holds a run of other settings, or cannot be written.</exception>
    public RunFolder(string path, string config)
    {
        this.path = path;
        this.config = config;
        Contents = new RunContents(path);
        try
        {
            Disk.CreateFolder(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{path} cannot be written: {error.Message} Name another output folder.", error);
        }
        if (!HoldsRun(path, config))
            AtomicFile.WriteText(Contents.ConfigFile, config);
    }

    /// <summary>What stands in it.</summary>
    public RunContents Contents { get; }

    /// <summary>
    /// What the run of these settings in a folder has ended with, or null where it has not ended, or never began. Only
    /// reads.
    /// </summary>
    /// <exception cref="ConcordException">The folder holds a run of other settings, ended or not.</exception>
    public static TrainingResult? Ended(string path, string config)
    {
        return HoldsRun(path, config) && RunRecord.Read(path) is { Status: RunRecord.Finished } run
            ? new(TrainingOutcome.AlreadyFinished, run.Step, run.Steps, run.BestStep, null, null)
            : null;
    }

    /// <summary>The same of this folder.</summary>
    public TrainingResult? Ended() => Ended(path, config);

    /// <summary>Says that the run is finished; the last thing that is written.</summary>
    public void Finish(int step, int steps, int bestStep) =>
        new RunRecord
        {
            Status = RunRecord.Finished,
            Step = step,
            Steps = steps,
            BestStep = bestStep,
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
            AtomicFolder.Recover(Contents.ModelFolder);
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
            beside =>
            {
                write(beside);
                new TrainedModelRecord { Step = info.Step }.Write(beside);
            }
        );
    }

    private static bool HoldsRun(string path, string config)
    {
        var file = new RunContents(path).ConfigFile;
        if (!File.Exists(file))
            return false;
        if (FirstDifference(File.ReadAllText(file), config) is { } difference)
            throw new ConcordException(
                $"{path} holds a run with other settings ({difference}). Name another output folder, or give the "
                    + $"same settings to go on with it."
            );
        return true;
    }

    private static string? FirstDifference(string before, string now)
    {
        var (old, given) = (before.Split('\n'), now.Split('\n'));
        for (var i = 0; i < Math.Max(old.Length, given.Length); i++)
        {
            var (was, isNow) = (
                i < old.Length ? old[i].Trim() : "nothing",
                i < given.Length ? given[i].Trim() : "nothing"
            );
            if (was != isNow)
                return $"`{was}` there, `{isNow}` now";
        }
        return null;
    }
}
