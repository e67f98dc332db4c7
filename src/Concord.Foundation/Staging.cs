namespace Concord.Foundation;

/// <summary>
/// What lies beside the folder <c>X</c> while it is written: the new one as <c>X.partial</c>, the old one, once it is
/// moved away, as <c>X.former</c>, and the mark <c>X.partial.by-concord</c>, by which they are known for Concord's.
/// </summary>
/// <remarks>
/// The mark is made where none of the others is there, first of all, and removed last: what bears those names beside it
/// is Concord's, and what bears them without it is somebody else's. Who writes holds it open, so that a writer who
/// lives is told from one who was killed. All lie as deep as <c>X</c>, so that relative paths mean the same in them.
/// </remarks>
internal sealed class Staging : IDisposable
{
    private const string Mark = ".partial.by-concord";

    private readonly string place;
    private readonly FolderKind? kind;
    private Stream? mark;
    private bool done;

    private Staging(string place, FolderKind? kind) => (this.place, this.kind) = (place, kind);

    /// <summary>What is written; there, and empty, from the beginning.</summary>
    public string New => place + ".partial";

    private string Old => place + ".former";

    private string MarkFile => place + Mark;

    // the last is where merged adapters lie meanwhile
    private string[] Owned => [New, Old, New + ".adapter"];

    /// <summary>The places in a folder beside which a writer is, or was, at work.</summary>
    public static IEnumerable<string> In(string parent) =>
        Directory.GetFiles(parent, "*" + Mark).Select(file => file[..^Mark.Length]);

    /// <summary>Begins one for a place where no other is.</summary>
    /// <param name="place">Without links.</param>
    /// <param name="kind">Whose files of the old folder go; null keeps them all.</param>
    /// <exception cref="ConcordException">Something that is somebody else's has one of the names.</exception>
    public static Staging Begin(string place, FolderKind? kind)
    {
        var staging = new Staging(place, kind);
        staging.CheckFree();
        Disk.CreateFolder(Path.GetDirectoryName(place)!);
        try
        {
            staging.mark = Disk.Open(staging.MarkFile, FileMode.CreateNew, FileShare.None);
            Disk.CreateFolder(staging.New);
            return staging;
        }
        catch
        {
            staging.Dispose();
            throw;
        }
    }

    /// <summary>Says that none could be begun for a place.</summary>
    /// <param name="place">Without links.</param>
    /// <exception cref="ConcordException">Something that is somebody else's has one of the names, or a writer is at
    /// work.</exception>
    public static void Check(string place)
    {
        using var left = OfKilled(place, null);
        if (left is null)
            new Staging(place, null).CheckFree();
        else
            left.done = true; // looked at, and left as it is
    }

    /// <summary>The one that a killed writer left beside a place; null where there is none.</summary>
    /// <param name="place">Without links.</param>
    /// <param name="kind">Whose files of the old folder go; null keeps them all.</param>
    /// <exception cref="ConcordException">Its writer lives.</exception>
    public static Staging? OfKilled(string place, FolderKind? kind)
    {
        var left = new Staging(place, kind);
        if (!File.Exists(left.MarkFile) || new FileInfo(left.MarkFile).LinkTarget is not null)
            return null;
        try
        {
            left.mark = Disk.Open(left.MarkFile, FileMode.Open, FileShare.None);
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new ConcordException(
                $"{place} is being written by another process ({left.MarkFile} says so). Wait for it, stop it, or name "
                    + $"another place.",
                error
            );
        }
        return left;
    }

    /// <summary>Moves the old folder away, the new one into its place, and removes the rest.</summary>
    public void TakePlace()
    {
        if (Directory.Exists(place))
            Disk.RenameFolder(place, Old);
        Disk.RenameFolder(New, place);
        done = true;
        Clear();
    }

    /// <summary>Brings the old folder back where no new one took its place, and removes the rest.</summary>
    public void Undo()
    {
        if (!Directory.Exists(place) && Directory.Exists(Old))
            Disk.RenameFolder(Old, place);
        Clear();
        done = true;
    }

    /// <summary>Ends the work: what was not put in its place is removed, if that can be.</summary>
    public void Dispose()
    {
        try
        {
            if (!done && mark is not null)
                Undo();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays under names and with a mark that say what it is; the first error is the one to show.
        }
        finally
        {
            mark?.Dispose();
        }
    }

    // The mark goes last. What cannot be removed after the new folder took its place is left to the next writer.
    private void Clear()
    {
        try
        {
            foreach (var own in Owned)
            {
                using (var nested = OfKilled(own, null))
                    nested?.Undo();
                if (!Directory.Exists(own))
                    continue;
                if (own == Old)
                    KeepForeign();
                Disk.DeleteFolder(own);
            }
            mark?.Dispose();
            mark = null;
            Disk.Delete(MarkFile);
        }
        catch (Exception error) when (done && error is IOException or UnauthorizedAccessException) { }
    }

    // entries of the old folder that are not Concord's go on lying in the new one
    private void KeepForeign()
    {
        foreach (var entry in Directory.GetFileSystemEntries(Old))
        {
            var name = Path.GetFileName(entry);
            var kept = Path.Combine(place, name);
            if (kind?.Owns(name) == true || Path.Exists(kept))
                continue;
            if (Directory.Exists(entry))
                Disk.RenameFolder(entry, kept);
            else
                Disk.Rename(entry, kept);
        }
    }

    private void CheckFree()
    {
        if (Owned.Append(MarkFile).FirstOrDefault(IsThere) is { } taken)
            throw new ConcordException(
                $"{taken} is there, and no writer of Concord's left it: what is written to {place} comes to be under "
                    + $"that name first. Move it away, or name another place."
            );
    }

    // a link that leads nowhere too
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
