namespace Concord.Foundation;

/// <summary>
/// Writes folders beside their place and renames them into it: whenever the writer is stopped, the whole old folder or
/// the whole new one is there or can be brought back. Nothing is replaced or removed that Concord did not make.
/// </summary>
/// <remarks>
/// What is written to <c>model</c> comes to be as <c>model.partial</c>, which a mark says to be Concord's
/// (<see cref="Staging"/>). A writer that was killed leaves both behind; <see cref="Recover"/> puts things right, also
/// where writers were nested.
/// </remarks>
public static class AtomicFolder
{
    /// <summary>Writes a folder where none is, or an empty one.</summary>
    /// <param name="folder">The place.</param>
    /// <param name="write">Writes into the empty folder it is given, which lies beside the place.</param>
    /// <exception cref="ConcordException">Something is there, or the folder cannot be written there.</exception>
    public static void Create(string folder, Action<string> write)
    {
        Recover(folder, null);
        CheckNew(folder);
        Put(folder, null, write);
    }

    /// <summary>
    /// Puts what <paramref name="write"/> writes in the place of a folder; if it throws, the folder stays as it was.
    /// </summary>
    /// <param name="folder">The place; made where absent. A link is followed.</param>
    /// <param name="kind">What a folder there must be to be replaced; files of it that are not Concord's stay.</param>
    /// <param name="write">Writes into the empty folder it is given, which lies beside the place.</param>
    /// <exception cref="ConcordException">Something else is there, or the folder cannot be written there.</exception>
    public static void Replace(string folder, FolderKind kind, Action<string> write)
    {
        Recover(folder, kind);
        Check(folder, kind);
        Put(folder, kind, write);
    }

    /// <summary>Says before long work that a folder may not be written to a place, because something is
    /// there.</summary>
    /// <exception cref="ConcordException">Something is there.</exception>
    public static void CheckNew(string folder)
    {
        var place = RealPath.Of(folder);
        CheckNoFile(folder, place);
        var held = Directory.Exists(place) ? Directory.GetFileSystemEntries(place) : [];
        if (held.Order(StringComparer.Ordinal).FirstOrDefault() is { } first)
            throw new ConcordException(
                $"{folder} is there already and holds {Path.GetFileName(first)}; a new folder was to be written "
                    + $"there. Name another, or remove it first."
            );
        Staging.Check(place);
    }

    /// <summary>Says before long work that what is at a place may not be replaced.</summary>
    /// <exception cref="ConcordException">It is a file, or a folder of another kind.</exception>
    public static void Check(string folder, FolderKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var place = RealPath.Of(folder);
        CheckNoFile(folder, place);
        if (Directory.Exists(place) && Directory.EnumerateFileSystemEntries(place).Any() && !kind.Holds(place))
            throw new ConcordException(
                $"{folder} is there already and is not {kind.Name} of Concord's, which alone it would replace. Name "
                    + $"another folder, or move it away."
            );
        Staging.Check(place);
    }

    /// <summary>
    /// Removes what a killed writer of a folder left; brings the old folder back where it was moved away and no new one
    /// took its place. To be called by whoever alone writes there.
    /// </summary>
    /// <param name="folder">The place.</param>
    /// <param name="kind">Whose files of the old folder go where a new one took its place; null keeps them
    /// all.</param>
    /// <exception cref="ConcordException">What is left cannot be removed.</exception>
    public static void Recover(string folder, FolderKind? kind)
    {
        var place = RealPath.Of(folder);
        Guarded(
            folder,
            () =>
            {
                using var left = Staging.OfKilled(place, kind);
                left?.Undo();
            }
        );
    }

    /// <summary><see cref="Recover"/> for every folder that was written in a folder.</summary>
    /// <exception cref="ConcordException">What is left cannot be removed.</exception>
    public static void RecoverAll(string parent, FolderKind kind)
    {
        foreach (var place in Staging.In(RealPath.Of(parent)))
            Recover(place, kind);
    }

    private static void Put(string folder, FolderKind? kind, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var place = RealPath.Of(folder);
        Guarded(
            folder,
            () =>
            {
                using var staging = Staging.Begin(place, kind);
                write(staging.New);
                staging.TakePlace();
            }
        );
    }

    private static void CheckNoFile(string folder, string place)
    {
        if (File.Exists(place))
            throw new ConcordException($"{folder} is a file; a folder was to be written there. Name another.");
    }

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
