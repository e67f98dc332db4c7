namespace Concord.Preferences.Readers;

/// <summary>
/// Reads files that belong together: names of sources are given with a view on all of them, shards of a data set are
/// one source, and where comparisons of several files come under one name it is said.
/// </summary>
public static class PreferenceFiles
{
    /// <summary>Reads whole files, all alike.</summary>
    /// <param name="files">Paths; <c>-</c> is standard input.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="failed">Told of a file that gives nothing, which then is not in the result; null to end with the
    /// first.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    /// <exception cref="ConcordException">A file cannot be opened, has no known format, or not one record could be
    /// read; or its name would be the source and another file's too.</exception>
    public static IReadOnlyList<ReadResult> Read(
        IEnumerable<string> files,
        ReadOptions? options = null,
        Action<ConcordException>? failed = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(files);
        options ??= new ReadOptions();
        return Read(files.Select(file => (file, options)), failed, cancellation);
    }

    /// <summary>Reads whole files, each in its own way.</summary>
    /// <param name="files">Paths and how each is read.</param>
    /// <param name="failed">Told of a file that gives nothing, which then is not in the result; null to end with the
    /// first.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    /// <exception cref="ConcordException">As above.</exception>
    public static IReadOnlyList<ReadResult> Read(
        IEnumerable<(string File, ReadOptions Options)> files,
        Action<ConcordException>? failed = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(files);
        (string File, ReadOptions Options)[] all = [.. files];
        var names = new FileNames([.. all.Where(one => one.Options.Source is null).Select(one => one.File)]);
        var sets = new Dictionary<(string, ReadOptions), DataSetFiles>();
        foreach (var group in all.GroupBy(one => (FileNames.Set(one.File), one.Options)))
            sets[group.Key] = new DataSetFiles(
                [.. group.Select(one => RepeatedFile.Of(one.File))],
                names.Of(group.First().File)
            );
        var results = new List<ReadResult>();
        foreach (var (file, options) in all)
            try
            {
                cancellation.ThrowIfCancellationRequested();
                results.Add(WholeFile.Read(RepeatedFile.Of(file), options, sets[(FileNames.Set(file), options)]));
            }
            catch (ConcordException error) when (failed is not null)
            {
                failed(error);
            }
        if (results.Count > 0)
            results[^1] = results[^1] with
            {
                Notes =
                [
                    .. results[^1].Notes,
                    .. sets.Values.Select(set => set.Note).OfType<string>(),
                    .. SharedSources.Notes(results, FileNames.Set),
                ],
            };
        return results;
    }
}
