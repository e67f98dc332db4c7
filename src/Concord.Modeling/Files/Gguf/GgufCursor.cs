using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Concord.Modeling.Files.Gguf;

/// <summary>
/// Reads the first bytes of a GGUF file from front to back. Past its end it gives zeros and says so: the caller may
/// come back with more bytes.
/// </summary>
internal ref struct GgufCursor(ReadOnlySpan<byte> bytes, long fileLength, string file)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>More was asked for than there is.</summary>
    public bool Overrun { get; private set; }

    /// <summary>Bytes of the file that are left, read or not.</summary>
    public readonly long Left => fileLength - Position;

    /// <summary>The next bytes; fewer than asked for, none, where there are not as many.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (Overrun || count > bytes.Length - Position)
        {
            Overrun = true;
            return default;
        }
        Position += count;
        return bytes.Slice(Position - count, count);
    }

    public uint UInt32() => Take(4) is { Length: 4 } span ? BinaryPrimitives.ReadUInt32LittleEndian(span) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } span ? BinaryPrimitives.ReadUInt64LittleEndian(span) : 0;

    /// <summary>A text of a stated length; <paramref name="what"/> names it in errors.</summary>
    public string Text(int longest, string what)
    {
        var span = Skip(longest, what);
        return Utf8.IsValid(span)
            ? Encoding.UTF8.GetString(span)
            : throw new ConcordException($"{file}: {what} is not valid UTF-8; the file is damaged. Download it again.");
    }

    /// <summary>The bytes of a text, unread.</summary>
    public ReadOnlySpan<byte> Skip(int longest, string what)
    {
        var length = UInt64();
        if (length > (ulong)longest || (long)length > Left)
            throw new ConcordException(
                $"{file}: {what} is said to have {length} bytes, but at most {Math.Min(longest, Left)} can follow. "
                    + $"The file is damaged or cut short: download it again."
            );
        return Take((int)length);
    }
}
