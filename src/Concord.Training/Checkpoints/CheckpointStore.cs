using System.Globalization;
using Concord.Foundation;
using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Training.Checkpoints;

/// <summary>
/// The checkpoints of a run, a folder each: <c>step-00000120</c> with <c>state.safetensors</c>, <c>progress.json</c>
/// and their checksums. They are written beside and renamed, so one that has its name is whole, until a disk damages
/// it; nothing in them depends on time, place or machine.
/// </summary>
internal sealed class CheckpointStore
{
    private const string Prefix = "step-",
        Tensors = "state.safetensors",
        Progress = "progress.json";

    private static readonly FolderKind Kind = new(
        "a checkpoint",
        folder =>
            ((string[])[Progress, Tensors, Checksums.FileName]).Any(name => File.Exists(Path.Combine(folder, name))),
        _ => true
    );

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
        AtomicFolder.RecoverAll(folder, Kind);
    }

    /// <summary>Whether there is one.</summary>
    public bool Any => All().Length > 0;

    /// <summary>
    /// The newest checkpoint's progress and where its tensors are read from, or null where there is none. One that is
    /// not as it was written is passed over for the one before it.
    /// </summary>
    /// <param name="last">The last step that is looked for.</param>
    /// <param name="say">Told what was passed over.</param>
    /// <exception cref="ConcordException">There are some, and all are damaged; or one is of a newer
    /// version.</exception>
    public (TrainingProgress Progress, SafetensorsFile Tensors)? Newest(
        int last = int.MaxValue,
        Action<string>? say = null
    )
    {
        string? damaged = null;
        foreach (var (name, _) in All().Where(one => one.Step <= last).Reverse())
        {
            var path = Path.Combine(folder, name);
            if (Checksums.FirstChange(path) is not var (file, isMissing))
                return Read(path);
            var what = $"{file} is {(isMissing ? "gone" : "damaged")} (its checksum is another)";
            say?.Invoke($"{what}: the checkpoint before it is looked for.");
            damaged ??= what;
        }
        return damaged is null
            ? null
            : throw new ConcordException(
                $"{damaged}, and no checkpoint before it is left. Bring the file back, or remove {folder} to begin "
                    + $"the run anew."
            );
    }

    /// <summary>Writes a checkpoint, and removes the oldest beyond those kept and any of a later step.</summary>
    /// <param name="progress">Where the run stands.</param>
    /// <param name="tensors">All else.</param>
    /// <returns>Its folder.</returns>
    /// <exception cref="ConcordException">It cannot be written.</exception>
    public string Save(TrainingProgress progress, IEnumerable<(string Name, torch.Tensor Value)> tensors)
    {
        var place = Path.Combine(folder, Prefix + progress.Step.ToString("D8", CultureInfo.InvariantCulture));
        // a checkpoint of this step may be there, with an older evaluation
        AtomicFolder.Replace(
            place,
            Kind,
            beside =>
            {
                SafetensorsWriter.Write(Path.Combine(beside, Tensors), tensors);
                JsonRecords.Write(Path.Combine(beside, Progress), progress, CheckpointJson.Default.TrainingProgress);
                Checksums.Write(beside);
            }
        );
        Guarded(() =>
        {
            var all = All();
            // those of later steps were passed over
            var later = all.Where(one => one.Step > progress.Step);
            foreach (var (superfluous, _) in all.Where(one => one.Step <= progress.Step).SkipLast(keep).Concat(later))
                Disk.DeleteFolder(Path.Combine(folder, superfluous));
        });
        return place;
    }

    private static (TrainingProgress Progress, SafetensorsFile Tensors) Read(string path) =>
        (
            JsonRecords.Read(
                Path.Combine(path, Progress),
                CheckpointJson.Default.TrainingProgress,
                TrainingProgress.NewestVersion,
                $"Remove the folder {path} to go on from the checkpoint before it."
            ),
            SafetensorsFile.Open(Path.Combine(path, Tensors))
        );

    // by their whole names: what else lies there is nobody's checkpoint
    private (string Name, int Step)[] All() =>
        [
            .. Directory
                .EnumerateDirectories(folder, Prefix + "*")
                .Select(path => Path.GetFileName(path)!)
                .Where(name => name[Prefix.Length..].All(char.IsAsciiDigit))
                .Select(name =>
                    (name, int.TryParse(name[Prefix.Length..], CultureInfo.InvariantCulture, out var step) ? step : -1)
                )
                .Where(one => one.Item2 >= 0)
                .OrderBy(one => one.Item2),
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
