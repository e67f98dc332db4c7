using System.Runtime.ExceptionServices;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>A stream whose beginning has been looked at and is read all the same.</summary>
internal sealed class PeekedStream : ForwardStream
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
}
