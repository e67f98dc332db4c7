using System.Buffers.Binary;
using System.IO.Compression;

namespace Concord.Preferences.Readers;

/// <summary>
/// A gzipped file, unpacked. Unlike .NET's own stream it says when the file is cut off: a half download must not pass
/// for a small data set.
/// </summary>
internal sealed class GzipInput(Stream packed) : Stream
{
    private readonly GZipStream unpacked = new(packed, CompressionMode.Decompress, leaveOpen: true);
    private long length;
    private bool ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => length;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = unpacked.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException("the gzip file is cut off or damaged; fetch it again.", error);
        }
        length += read;
        if (read > 0 || buffer.IsEmpty || ended)
            return read;
        ended = true;
        if (!IsWhole())
            throw new InvalidDataException("the gzip file is cut off or damaged; fetch it again.");
        return 0;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }

    // A gzip file ends with its unpacked length modulo 2^32. Where several were laid end to end that is the last one's
    // length; another header inside tells that this may be so.
    private bool IsWhole()
    {
        const int trailer = 4,
            header = 10;
        if (packed.Length < header + 2 * trailer)
            return false;
        Span<byte> size = stackalloc byte[trailer];
        packed.Position = packed.Length - trailer;
        packed.ReadExactly(size);
        return BinaryPrimitives.ReadUInt32LittleEndian(size) == (uint)length || HasAnotherHeader();
    }

    private bool HasAnotherHeader()
    {
        packed.Position = 1;
        var window = new ByteWindow(packed);
        for (var at = window.IndexOf(0x1F); window[at] >= 0; at = window.IndexOf(0x1F))
        {
            // Deflate, and none of the reserved flags.
            if (window[at + 1] == 0x8B && window[at + 2] == 8 && window[at + 3] is >= 0 and < 32)
                return true;
            window.Skip(at + 1);
        }
        return false;
    }
}
