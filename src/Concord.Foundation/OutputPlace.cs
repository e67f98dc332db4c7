namespace Concord.Foundation;

/// <summary>
/// Where a result goes that a user named a place for, judged before anything is written: nothing that is read is
/// written over, and no regular file but an earlier result of the same kind. Standard output, pipes and devices are
/// written to as the system would; a link is followed, and what it leads to is judged.
/// </summary>
public sealed class OutputPlace
{
    /// <summary>The name that stands for standard output.</summary>
    public const string StandardOutput = "-";

    private OutputPlace(string named, string? file, bool isStandardOutput) =>
        (Named, File, IsStandardOutput) = (named, file, isStandardOutput);

    /// <summary>As the user named it.</summary>
    public string Named { get; }

    /// <summary>Where the name leads when links are followed; null where that is no regular file, and nothing can be
    /// renamed into its place.</summary>
    public string? File { get; }

    /// <summary>Whether it is what the process writes to anyway: <c>-</c>, or a name that leads there, as
    /// <c>/dev/stdout</c> does.</summary>
    public bool IsStandardOutput { get; }

    /// <summary>Whether a name stands for standard output, or leads there.</summary>
    public static bool IsStandard(string named) => named == StandardOutput || Descriptor.Of(named) == Descriptor.Output;

    /// <summary>Judges a place. Makes its folder.</summary>
    /// <param name="named">As the user named it.</param>
    /// <param name="kind">What is to be written.</param>
    /// <param name="inputs">Files and folders that are read; those that do not exist are left to who reads them. Of
    /// what lies in a folder of them only an earlier result of the same kind is replaced.</param>
    /// <param name="force">Whether any regular file may be replaced that is not read.</param>
    /// <exception cref="ConcordException">It may not be written, or cannot be.</exception>
    public static OutputPlace Find(string named, OutputKind kind, IEnumerable<string> inputs, bool force = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(named);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(inputs);
        if (IsStandard(named))
            return new OutputPlace(named, null, isStandardOutput: true);
        var place = RealPath.Of(named);
        if (inputs.Select(Descriptor.InputPath).FirstOrDefault(input => RealPath.Same(input, place)) is { } read)
            throw new ConcordException(
                $"{named} is {(read == named ? "" : $"{read}, ")}what is read here: it would be lost. Name another "
                    + $"file."
            );
        if (Path.Exists(named) && FileTypes.Of(named) is var type and not FileType.Regular)
            return type == FileType.Folder
                ? throw new ConcordException($"{named} is a folder; a file was to be written there. Name a file.")
                : new OutputPlace(named, null, isStandardOutput: false);
        if (System.IO.File.Exists(place))
        {
            var holder = inputs.FirstOrDefault(input => Directory.Exists(input) && RealPath.IsWithin(place, input));
            if (holder is not null || !force)
                Refuse(named, place, kind, holder);
        }
        AtomicFile.Check(place);
        return new OutputPlace(named, place, isStandardOutput: false);
    }

    /// <summary>
    /// Writes a whole result: a file beside its place and renamed, anything else as the bytes come. Standard output is
    /// for who has it.
    /// </summary>
    /// <exception cref="ConcordException">It cannot be written there.</exception>
    public void Write(Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (File is { } file)
        {
            AtomicFile.Write(file, write);
            return;
        }
        using var stream = Open();
        write(stream);
    }

    /// <summary>Opens what is no regular file. A pipe waits here for its reader.</summary>
    /// <exception cref="ConcordException">It cannot be opened.</exception>
    public Stream Open()
    {
        if (IsStandardOutput)
            return Console.OpenStandardOutput();
        try
        {
            return new FileStream(Named, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConcordException($"{Named} cannot be written: {error.Message} Name a file.", error);
        }
    }

    private static void Refuse(string named, string place, OutputKind kind, string? holder)
    {
        bool isOne;
        try
        {
            isOne = new FileInfo(place).Length == 0 || kind.Holds(place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{named} is there already and cannot be read: {error.Message}", error);
        }
        if (!isOne && holder is not null)
            throw new ConcordException(
                $"{named} is a file of {holder}, which is read here: it would be lost. Name another file."
            );
        if (!isOne)
            throw new ConcordException(
                $"{named} is there already and is not {kind.Name} of Concord's, which alone it would overwrite. Name "
                    + $"another file, remove it first, or have it replaced with --force."
            );
    }
}
