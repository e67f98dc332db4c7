using ZstdSharp;

namespace Concord.Preferences.Readers;

/// <summary>A file compressed with zstd, unpacked; what is cut off or damaged is said like everywhere else.</summary>
internal sealed class ZstdInput(Stream packed) : Stream
{
    private readonly DecompressionStream unpacked = new(packed, leaveOpen: true);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return unpacked.Read(buffer);
        }
        catch (Exception error) when (error is ZstdException or EndOfStreamException)
        {
            throw new InvalidDataException("the zstd file is cut off or damaged; fetch it again.", error);
        }
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
}
