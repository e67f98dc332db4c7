namespace Concord.Foundation;

/// <summary>
/// Writes folders beside their place and renames them into it: whenever the writer is stopped, the whole old folder or
/// the whole new one is there or can be brought back.
/// </summary>
/// <remarks>
/// Beside <c>model</c> it is written as <c>model.partial</c>; the old one is <c>model.former</c> between the two
/// renames. A writer that was killed leaves such folders behind; <see cref="Recover"/> knows them by their names, also
/// where writers were nested (<c>model.partial.partial</c>).
/// </remarks>
public static class AtomicFolder
{
    private const string Partial = ".partial",
        Former = ".former";

    // the last two were left by earlier versions; their own endings alone could be a user's
    private static readonly string[] Leftovers = [Partial, Former, Partial + ".old", Partial + ".adapter"];

    /// <summary>
    /// Puts what <paramref name="write"/> writes in the place of a folder; if it throws, the folder stays as it was.
    /// </summary>
    /// <param name="folder">The place; made where absent, what it holds is replaced as a whole.</param>
    /// <param name="write">Writes into the empty folder it is given, which lies beside the place.</param>
    /// <exception cref="ConcordException">The folder cannot be written there.</exception>
    public static void Replace(string folder, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var place = Full(folder);
        Guarded(
            folder,
            () =>
            {
                Recover(place);
                Disk.CreateFolder(place + Partial);
                write(place + Partial);
                if (Directory.Exists(place))
                    Disk.RenameFolder(place, place + Former);
                Disk.RenameFolder(place + Partial, place);
                if (Directory.Exists(place + Former))
                    Disk.DeleteFolder(place + Former);
            }
        );
    }

    /// <summary>
    /// Removes what a killed writer of a folder left; brings the old folder back where it was moved away and no new one
    /// took its place. To be called by whoever alone writes there.
    /// </summary>
    /// <exception cref="ConcordException">A leftover cannot be removed.</exception>
    public static void Recover(string folder)
    {
        var place = Full(folder);
        var parent = Path.GetDirectoryName(place)!;
        if (!Directory.Exists(parent))
            return;
        Guarded(
            folder,
            () =>
            {
                foreach (var left in Directory.GetDirectories(parent, Path.GetFileName(place) + ".*"))
                    if (!Directory.Exists(place) && left == place + Former)
                        Disk.RenameFolder(left, place);
                    else if (IsLeftover(left) && Base(left) == place)
                        Disk.DeleteFolder(left);
            }
        );
    }

    /// <summary><see cref="Recover"/> for every folder that was written in a folder.</summary>
    /// <exception cref="ConcordException">A leftover cannot be removed.</exception>
    public static void RecoverAll(string parent)
    {
        foreach (var place in Directory.GetDirectories(Full(parent)).Where(IsLeftover).Select(Base).Distinct())
            Recover(place);
    }

    /// <summary>Whether a folder's name says that a writer was, or is, at work on it.</summary>
    public static bool IsLeftover(string path) =>
        Leftovers.Any(ending => Path.GetFileName(path).EndsWith(ending, StringComparison.Ordinal));

    private static string Base(string left) => IsLeftover(left) ? Base(Path.ChangeExtension(left, null)) : left;

    private static string Full(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static void Guarded(string folder, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{folder} cannot be written: {error.Message} Make room, or name another place.",
                error
            );
        }
    }
}
