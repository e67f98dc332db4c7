namespace Concord.Foundation;

/// <summary>
/// Decides whether a file that a user named may be written: nothing that is read is written over, nothing that is no
/// file is replaced by one, and no file but an earlier result of the same kind.
/// </summary>
public static class OutputPlace
{
    /// <summary>The place to write to: where the name leads when links are followed. Makes its folder.</summary>
    /// <param name="named">As the user named it.</param>
    /// <param name="kind">What is to be written.</param>
    /// <param name="inputs">Files that are read; those that do not exist are left to who reads them.</param>
    /// <exception cref="ConcordException">It may not be written, or cannot be.</exception>
    public static string Find(string named, OutputKind kind, params IEnumerable<string> inputs)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(named);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(inputs);
        var place = RealPath.Of(named);
        if (Directory.Exists(place))
            throw new ConcordException($"{named} is a folder; a file was to be written there. Name a file.");
        if (inputs.FirstOrDefault(input => RealPath.Same(input, place)) is { } read)
            throw new ConcordException(
                $"{named} is {(read == named ? "" : $"{read}, ")}what is read here: it would be lost. Name another "
                    + $"file."
            );
        if (File.Exists(place))
            Refuse(named, place, kind);
        AtomicFile.Check(place);
        return place;
    }

    private static void Refuse(string named, string place, OutputKind kind)
    {
        if (!RegularFile.Is(place))
            throw new ConcordException(
                $"{named} is a pipe, a device or the like, which a file would replace. Name a file."
            );
        bool isOne;
        try
        {
            isOne = new FileInfo(place).Length == 0 || kind.Holds(place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{named} is there already and cannot be read: {error.Message}", error);
        }
        if (!isOne)
            throw new ConcordException(
                $"{named} is there already and is not {kind.Name} of Concord's, which alone it would overwrite. Name "
                    + $"another file, or remove it first."
            );
    }
}
