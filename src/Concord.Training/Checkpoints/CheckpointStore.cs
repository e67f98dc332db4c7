using System.Globalization;
using Concord.Foundation;
using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Training.Checkpoints;

/// <summary>
/// The checkpoints of a run, a folder each: <c>step-00000120</c> with <c>state.safetensors</c> and
/// <c>progress.json</c>. They are written beside and renamed, so one that has its name is whole; nothing in them
/// depends on time, place or machine.
/// </summary>
internal sealed class CheckpointStore
{
    private const string Prefix = "step-",
        Tensors = "state.safetensors",
        Progress = "progress.json";

    private readonly string folder;
    private readonly int keep;

    /// <summary>The checkpoints of a folder.</summary>
    /// <param name="folder">Made where absent; what a killed run left half written is removed.</param>
    /// <param name="keep">How many are kept.</param>
    public CheckpointStore(string folder, int keep)
    {
        this.folder = folder;
        this.keep = keep;
        Guarded(() => Disk.CreateFolder(folder));
        AtomicFolder.RecoverAll(folder);
    }

    /// <summary>
    /// The newest checkpoint's progress and where its tensors are read from, or null where there is none.
    /// </summary>
    /// <exception cref="ConcordException">A checkpoint cannot be read.</exception>
    public (TrainingProgress Progress, SafetensorsFile Tensors)? Newest()
    {
        if (Names().LastOrDefault() is not { } name)
            return null;
        var path = Path.Combine(folder, name, Progress);
        var progress = JsonRecords.Read(
            path,
            CheckpointJson.Default.TrainingProgress,
            TrainingProgress.NewestVersion,
            $"Remove the folder {Path.Combine(folder, name)} to go on from the checkpoint before it."
        );
        return (progress, SafetensorsFile.Open(Path.Combine(folder, name, Tensors)));
    }

    /// <summary>Writes a checkpoint and removes the oldest beyond those kept.</summary>
    /// <param name="progress">Where the run stands.</param>
    /// <param name="tensors">All else.</param>
    /// <returns>Its folder.</returns>
    /// <exception cref="ConcordException">It cannot be written.</exception>
    public string Save(TrainingProgress progress, IEnumerable<(string Name, torch.Tensor Value)> tensors)
    {
        var name = Prefix + progress.Step.ToString("D8", CultureInfo.InvariantCulture);
        var place = Path.Combine(folder, name);
        // a checkpoint of this step may be there, with an older evaluation
        AtomicFolder.Replace(
            place,
            beside =>
            {
                SafetensorsWriter.Write(Path.Combine(beside, Tensors), tensors);
                JsonRecords.Write(Path.Combine(beside, Progress), progress, CheckpointJson.Default.TrainingProgress);
            }
        );
        Guarded(() =>
        {
            foreach (var superfluous in Names().SkipLast(keep))
                Disk.DeleteFolder(Path.Combine(folder, superfluous));
        });
        return place;
    }

    private string[] Names() =>
        [
            .. Directory
                .EnumerateDirectories(folder, Prefix + "*")
                .Select(path => Path.GetFileName(path)!)
                .Where(name => !AtomicFolder.IsLeftover(name))
                .Order(StringComparer.Ordinal),
        ];

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{folder}: a checkpoint cannot be put in its place: {error.Message} Make the folder writable, or "
                    + $"name another output.",
                error
            );
        }
    }
}
