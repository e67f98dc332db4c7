using System.Buffers.Binary;
using System.Text;

namespace Concord.Modeling.Files;

/// <summary>
/// What a file is that is not of the format its name promises, told by its first bytes: a sentence that says what to
/// do.
/// </summary>
internal static class ForeignFile
{
    /// <summary>How many bytes from the start are enough to tell.</summary>
    public const int Enough = 512;

    private static readonly (byte[] Start, string Kind)[] Starts =
    [
        (
            [.. "version https://git-lfs.github.com/"u8],
            "it is a git-lfs pointer, a few lines of text in place of the file. Fetch the file itself with `git lfs "
                + "pull` in the folder it was cloned into, or download it again."
        ),
        ([.. "GGUF"u8], "it is a GGUF file. Make a model folder of it with `concord model import`."),
        ([.. "PAR1"u8], "it is a parquet file."),
        (
            [.. "ARROW1"u8],
            "it is an Arrow file. Save it as parquet or JSON lines; in Python: Dataset.from_file(FILE).to_parquet(..)."
        ),
        (
            [0x50, 0x4B, 0x03, 0x04],
            "it is a zip archive, as torch.save writes checkpoints (.bin, .pt, .pth). Such a checkpoint is not read, "
                + "since opening it can run code: save it as safetensors. Any other archive: unpack it first."
        ),
        ([0x89, 0x48, 0x44, 0x46], "it is an HDF5 file, as Keras writes weights. Save the model as safetensors."),
        ([0x1F, 0x8B], "it is compressed with gzip. Unpack it first: gunzip FILE."),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed with zstd. Unpack it first: zstd -d FILE."),
        ([.. "BZh"u8], "it is compressed with bzip2. Unpack it first: bunzip2 FILE."),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "it is compressed with xz. Unpack it first: unxz FILE."),
        ([.. "SQLite format 3"u8], "it is an SQLite database. Write what is in it as JSON lines."),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "it is a NumPy array. Save it as safetensors."),
    ];

    /// <summary>
    /// What a file is, from <c>it is</c> to what to do; null where its first bytes tell nothing, or are those of the
    /// format it was taken for.
    /// </summary>
    /// <param name="start">The first bytes of the file, <see cref="Enough"/> of them where it has as many.</param>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        foreach (var (bytes, kind) in Starts)
            if (start.StartsWith(bytes))
                return kind;
        // the protocol's number, and the frame or global opcode that every pickle goes on with
        if (start is [0x80, >= 2 and <= 5, (byte)'}' or (byte)']' or (byte)'(' or (byte)'c' or 0x8A or 0x95, ..])
            return "it is a Python pickle, as old torch.save checkpoints are. It is not read, since opening it can run "
                + "code: save it as safetensors.";
        // a mark, then the length of the schema
        if (
            start is [0xFF, 0xFF, 0xFF, 0xFF, _, _, _, _, ..]
            && BinaryPrimitives.ReadInt32LittleEndian(start[4..]) is > 0 and < 1 << 26
        )
            return "it is an Arrow stream, as the datasets library keeps its data. Save it as parquet or JSON lines; in "
                + "Python: Dataset.from_file(FILE).to_parquet(..).";
        if (IsWebPage(start))
            return "it is a web page, as a download gives that was not allowed or not found. Download it again, signed "
                + "in where that is needed.";
        // its header: eight bytes of length, then JSON
        if (start.Length > 9 && start[8] == '{' && start[9] == '"' && start[7] == 0)
            return "it is a safetensors file.";
        return start.Length >= 16 && start.IndexOfAnyExcept((byte)0) < 0
            ? "it begins with nothing but zeros: its download or copy was interrupted. Download or copy it again."
            : null;
    }

    private static bool IsWebPage(ReadOnlySpan<byte> start)
    {
        var text = Encoding.Latin1.GetString(start).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\r', '\n', '\t');
        return text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }
}
