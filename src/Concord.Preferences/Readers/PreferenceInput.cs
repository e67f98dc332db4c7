using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>Opens a file of preferences, or standard input.</summary>
internal static class PreferenceInput
{
    /// <summary>Opens it at its beginning, as often as one likes; what comes through a pipe is read to its end
    /// first.</summary>
    /// <param name="path">A path, or <see cref="StandardInput.Name"/>.</param>
    /// <returns>A stream that can seek.</returns>
    /// <exception cref="ConcordException">It is not there, is a folder, or may not be read.</exception>
    public static Stream Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path == StandardInput.Name)
            return StandardInput.Open();
        if (Directory.Exists(path))
            throw new ConcordException($"{path} is a folder{Holding(path)}; a file of preferences was expected.");
        try
        {
            var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 1 << 16,
                FileOptions.SequentialScan
            );
            if (file.CanSeek)
                return file;
            using (file)
                return TemporaryCopy.Of(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConcordException($"{path} does not exist; a file of preferences was expected there.", error);
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }

    // what a folder is, where that says what to do
    private static string Holding(string folder) =>
        File.Exists(Path.Combine(folder, "dataset_info.json")) || File.Exists(Path.Combine(folder, "dataset_dict.json"))
            ? " that the library datasets wrote (save it with to_parquet or to_json)"
            : "";
}
