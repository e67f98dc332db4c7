using System.Text;

namespace Concord.Foundation;

/// <summary>
/// Opens and reads files that users name: what is not there, is a folder, may not be read or never ends is said in a
/// sentence. Bounds are those of <see cref="Limits"/>.
/// </summary>
public static class InputFile
{
    private const int Block = 1 << 16;

    /// <summary>
    /// Opens a file to be read from its beginning. A pipe or device gives no more than
    /// <see cref="Limits.PipeBytes"/>; reading on throws <see cref="InvalidDataException"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it should be, with its article, for errors.</param>
    /// <exception cref="ConcordException">It is not there, is a folder, or may not be read.</exception>
    public static Stream Open(string path, string expected)
    {
        if (Directory.Exists(path))
            throw new ConcordException($"{path} is a folder; {expected} was expected.");
        try
        {
            var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: Block,
                FileOptions.SequentialScan
            );
            return FileTypes.IsRegular(path) ? file : new EndlessInput(file, Limits.Current.PipeBytes);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConcordException($"{path} does not exist; {expected} was expected there.", error);
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a whole file of at most <see cref="Limits.DocumentBytes"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it should be, with its article, for errors.</param>
    /// <exception cref="ConcordException">It is not there, is a folder, is larger, or cannot be read.</exception>
    public static byte[] ReadBytes(string path, string expected)
    {
        using var stream = Open(path, expected);
        try
        {
            return ReadBytes(stream, path, expected);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>
    /// Reads a whole file of UTF-8 as <see cref="ReadBytes(string, string)"/> does; a byte order mark is left out, and
    /// bytes that are no UTF-8 become U+FFFD.
    /// </summary>
    public static string ReadText(string path, string expected)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, expected)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static byte[] ReadBytes(Stream stream, string path, string expected)
    {
        var most = Limits.Current.DocumentBytes;
        if (stream is FileStream && stream.Length > most)
            throw TooLarge();
        using var bytes = new MemoryStream(stream is FileStream ? (int)stream.Length : 0);
        var block = new byte[Block];
        while (stream.Read(block) is > 0 and var count)
        {
            if (bytes.Length + count > most)
                throw TooLarge();
            bytes.Write(block, 0, count);
        }
        return bytes.Length == bytes.Capacity ? bytes.GetBuffer() : bytes.ToArray();

        ConcordException TooLarge() =>
            new(
                $"{path} has more than {Limits.Bytes(most)}, which is no {Bare(expected)}. Check the path; where it "
                    + $"is one all the same, raise CONCORD_LIMIT_DOCUMENT."
            );
    }

    private static string Bare(string expected) =>
        expected.StartsWith("a ", StringComparison.Ordinal) ? expected[2..]
        : expected.StartsWith("an ", StringComparison.Ordinal) ? expected[3..]
        : expected;
}
