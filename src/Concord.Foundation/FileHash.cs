using System.IO.Hashing;

namespace Concord.Foundation;

/// <summary>Files told apart by what they hold.</summary>
public static class FileHash
{
    /// <summary>Adds a file's bytes to a hash.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="ConcordException">The file cannot be read.</exception>
    public static long Append(NonCryptographicHashAlgorithm hash, string path)
    {
        ArgumentNullException.ThrowIfNull(hash);
        try
        {
            using var stream = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                FileOptions.SequentialScan
            );
            hash.Append(stream);
            return stream.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
