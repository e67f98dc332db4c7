using Concord.Foundation;
using Concord.Records;

namespace Concord.Training.Loop;

/// <summary>
/// A run's folder taken for a run before anything else is written: its settings stand in it. Where the run then cannot
/// begin, what was made since is removed, and other settings may have the folder.
/// </summary>
public sealed class RunClaim : IDisposable
{
    private readonly RunContents contents;
    private readonly bool isNew;
    private readonly bool hadFolder;
    private bool kept;

    private RunClaim(RunContents contents, bool isNew, bool hadFolder) =>
        (this.contents, this.isNew, this.hadFolder) = (contents, isNew, hadFolder);

    /// <summary>Takes a folder, or finds that the run has it already.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="config">Its settings as text.</param>
    /// <param name="inputs">Files and folders that the run reads.</param>
    /// <exception cref="ConcordException">It holds another run, or what no run of Concord's wrote; an input lies where
    /// the run writes; or it cannot be written.</exception>
    public static RunClaim Take(string folder, string config, params IEnumerable<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var contents = new RunContents(folder);
        Spare(contents, inputs);
        if (IsHeld(folder, config))
            return new RunClaim(contents, isNew: false, hadFolder: true);
        var had = Directory.Exists(folder);
        try
        {
            Disk.CreateFolder(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{folder} cannot be written: {error.Message} Name another output folder.",
                error
            );
        }
        AtomicFile.WriteText(contents.ConfigFile, config);
        return new RunClaim(contents, isNew: true, had);
    }

    /// <summary>Whether a folder holds the run of these settings. Only reads.</summary>
    /// <exception cref="ConcordException">It holds a run of other settings, or what no run of Concord's
    /// wrote.</exception>
    internal static bool IsHeld(string folder, string config)
    {
        var contents = new RunContents(folder);
        if (!File.Exists(contents.ConfigFile))
        {
            string[] foreign = [.. contents.Written.Where(Path.Exists).Select(place => Path.GetFileName(place))];
            return foreign.Length == 0
                ? false
                : throw new ConcordException(
                    $"{folder} holds {string.Join(", ", foreign)} and no config.yaml: no run of Concord's left that, "
                        + $"and this one would write over it. Name another output folder, or move it away."
                );
        }
        if (FirstDifference(InputFile.ReadText(contents.ConfigFile, "a recipe"), config) is { } difference)
            throw new ConcordException(
                $"{folder} holds a run with other settings ({difference}). Name another output folder, or give the "
                    + $"same settings to go on with it."
            );
        return true;
    }

    /// <summary>The run begins: the folder stays its own.</summary>
    public void Keep() => kept = true;

    /// <summary>Gives the folder back, where it was new and was not kept.</summary>
    public void Dispose()
    {
        if (kept || !isNew)
            return;
        try
        {
            // none of these was there when the folder was taken
            Disk.Delete(contents.UnreadFile);
            Disk.Delete(contents.PrecisionFile);
            if (Directory.Exists(contents.InitialFolder))
                Disk.DeleteFolder(contents.InitialFolder);
            Disk.Delete(contents.ConfigFile);
            if (!hadFolder && !Directory.EnumerateFileSystemEntries(contents.Folder).Any())
                Disk.DeleteFolder(contents.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed stays, its settings beside it; the error that ended the run is the one to show.
        }
    }

    private static void Spare(RunContents contents, IEnumerable<string> inputs)
    {
        foreach (var input in inputs)
        {
            if (RealPath.Same(input, contents.Folder))
                throw new ConcordException(
                    $"{input} is read by the run and named as its output folder: name another output folder."
                );
            // the model that the run itself made is read, and never written again
            foreach (var place in contents.Written.Where(place => place != contents.InitialFolder))
                if (RealPath.IsWithin(input, place))
                    throw new ConcordException(
                        $"{input} is read by the run, which would write over {place}. Name another output folder."
                    );
        }
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
