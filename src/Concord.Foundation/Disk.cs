namespace Concord.Foundation;

/// <summary>
/// The one way to the disk for what must not be lost: runs, checkpoints, models, reports and scores are written by
/// these calls, and by nothing beside them.
/// </summary>
/// <remarks>
/// They throw what the system throws (<see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>); who calls
/// knows what to say to a user. Whole files and folders are for <see cref="AtomicFile"/> and
/// <see cref="AtomicFolder"/>.
/// </remarks>
public static class Disk
{
    private static readonly AsyncLocal<DiskLayer?> Instead = new();

    private static readonly DiskLayer System = new();

    private static DiskLayer Layer => Instead.Value ?? System;

    /// <summary>Opens a file to write to it, or to write and read.</summary>
    /// <param name="path">Where.</param>
    /// <param name="mode">What becomes of a file that is there.</param>
    /// <param name="share">What other processes may do meanwhile.</param>
    public static Stream Open(string path, FileMode mode, FileShare share = FileShare.Read) =>
        Layer.Open(path, mode, share);

    /// <summary>Sees that what was written to a stream of <see cref="Open"/> is on the disk.</summary>
    public static void Flush(Stream stream) => Layer.Flush(stream);

    /// <summary>Gives a file another name, in place of what has it.</summary>
    public static void Rename(string from, string to) => Layer.Rename(from, to);

    /// <summary>Removes a file, if it is there.</summary>
    public static void Delete(string path) => Layer.Delete(path);

    /// <summary>Makes a folder and those above it, where they are not there.</summary>
    public static void CreateFolder(string path) => Layer.CreateFolder(path);

    /// <summary>Gives a folder a name that nothing has.</summary>
    public static void RenameFolder(string from, string to) => Layer.RenameFolder(from, to);

    /// <summary>Removes a folder with all in it.</summary>
    public static void DeleteFolder(string path) => Layer.DeleteFolder(path);

    /// <summary>Lets another layer answer, in this flow of control, until what is returned is disposed of.</summary>
    internal static IDisposable Use(DiskLayer layer)
    {
        var before = Instead.Value;
        Instead.Value = layer;
        return new Restoring(before);
    }

    private sealed class Restoring(DiskLayer? before) : IDisposable
    {
        public void Dispose() => Instead.Value = before;
    }
}
