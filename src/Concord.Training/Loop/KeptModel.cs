using Concord.Foundation;
using Concord.Records;

namespace Concord.Training.Loop;

/// <summary>Whether <c>model/</c> of a run is what the run wrote there.</summary>
internal static class KeptModel
{
    /// <summary>False where it, or a file of it, is gone: it can then be made again.</summary>
    /// <exception cref="ConcordException">A file is there and is another than was written, by the folder's checksums; a
    /// run of an earlier version has none.</exception>
    public static bool IsThere(RunContents contents)
    {
        var folder = contents.ModelFolder;
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return false;
        if (Checksums.FirstChange(folder) is not var (file, isMissing))
            return true;
        return isMissing
            ? false
            : throw new ConcordException(
                $"{file} is not as the run wrote it (its checksum is another): it is damaged, or was changed. Move "
                    + $"{folder} away: the same command then makes the model again."
            );
    }
}
