using System.IO.Hashing;
using System.Text;

namespace Concord.Foundation;

/// <summary>
/// A hash of bytes, texts and whole files (XxHash128): what files, data and models are told apart by. It finds what has
/// changed, not what somebody forged.
/// </summary>
/// <remarks>Only bytes count: whoever adds several things says where one ends and the next begins.</remarks>
public sealed class ContentHash
{
    private readonly XxHash128 hash = new();

    /// <summary>The hash of all that was added so far.</summary>
    public UInt128 Value => hash.GetCurrentHashAsUInt128();

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => hash.Append(bytes);

    /// <summary>Adds a text's bytes in UTF-8.</summary>
    public void Add(string text) => hash.Append(Encoding.UTF8.GetBytes(text));

    /// <summary>Adds a file's bytes, or those of standard input for <c>-</c>.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="ConcordException">The file cannot be read.</exception>
    public long AddFile(string path)
    {
        try
        {
            using var stream = path == StandardInput.Name ? StandardInput.Open() : Disk(path);
            hash.Append(stream);
            return stream.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static FileStream Disk(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

    /// <summary>The hash of all that was added so far, as 32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(hash.GetCurrentHash());
}
