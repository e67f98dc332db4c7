namespace Concord.Preferences.Readers;

/// <summary>
/// Reads a file of preferences in any known format: JSON lines, a JSON array or a table, plain or compressed with gzip
/// or zstd, or parquet, recognised by content; <c>-</c> is standard input.
/// </summary>
/// <remarks>
/// One bad record never ends the reading: it becomes a <see cref="ReadProblem"/>. A file that gives nothing at all is
/// an error.
/// </remarks>
public static class PreferenceFile
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="ConcordException">The file cannot be opened, has no known format, or not one record could be
    /// read.</exception>
    public static ReadResult Read(string path, ReadOptions? options = null) => PreferenceFiles.Read([path], options)[0];

    /// <summary>Reads a whole stream.</summary>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="name">The file's name, for origins, errors and the source.</param>
    /// <param name="options">Format and source.</param>
    /// <exception cref="ConcordException">The stream has no known format, or not one record could be read.</exception>
    public static ReadResult Read(Stream stream, string name, ReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = RepeatedFile.Of(stream, name);
        return WholeFile.Read(file, options ?? new ReadOptions(), Alone(file));
    }

    /// <summary>
    /// Reads a file record by record, holding one at a time; what the whole file tells comes last, with line 0.
    /// </summary>
    /// <exception cref="ConcordException">The file cannot be opened or has no known format.</exception>
    public static IEnumerable<ReadRecord> Stream(string path, ReadOptions? options = null)
    {
        var file = RepeatedFile.Of(path);
        return new FileReading(file, options ?? new ReadOptions(), Alone(file)).Records();
    }

    /// <summary>Says before long work that a file could not be opened.</summary>
    /// <exception cref="ConcordException">It is not there, is a folder, or may not be read.</exception>
    public static void Check(string path)
    {
        using var opened = PreferenceInput.Open(path);
    }

    private static DataSetFiles Alone(RepeatedFile file) => new([file], new FileSource(SourceName.OfFile(file.Name)));
}
