using System.Runtime.ExceptionServices;

namespace Concord.Preferences.Readers;

/// <summary>A stream whose beginning has been looked at and is read all the same.</summary>
internal sealed class PeekedStream : Stream
{
    private readonly Stream rest;
    private readonly byte[] beginning;
    private readonly ExceptionDispatchInfo? broken;
    private int at;

    public PeekedStream(Stream stream, int count)
    {
        rest = stream;
        beginning = new byte[count];
        var length = 0;
        try
        {
            while (length < count && stream.Read(beginning, length, count - length) is > 0 and var read)
                length += read;
        }
        catch (Exception error) when (error is InvalidDataException or IOException && length > 0)
        {
            broken = ExceptionDispatchInfo.Capture(error); // what came before it is read first
        }
        beginning = beginning[..length];
    }

    /// <summary>The first bytes, at most as many as were asked for.</summary>
    public ReadOnlySpan<byte> Beginning => beginning;

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
        if (at == beginning.Length)
        {
            broken?.Throw();
            return rest.Read(buffer);
        }
        var count = Math.Min(buffer.Length, beginning.Length - at);
        beginning.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
