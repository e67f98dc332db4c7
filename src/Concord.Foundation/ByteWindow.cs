namespace Concord.Foundation;

/// <summary>
/// A stream seen through a window that grows as far as one record needs and no further, and at most to
/// <see cref="Limits.RecordBytes"/>.
/// </summary>
/// <param name="stream">The stream.</param>
public sealed class ByteWindow(Stream stream)
{
    private readonly int most = (int)Limits.Current.RecordBytes;
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool ended;

    /// <summary>The byte at an offset from the window's start, or -1 behind the end of the stream.</summary>
    public int this[int offset] => start + offset < end || Fill(offset) ? buffer[start + offset] : -1;

    /// <summary>The first bytes of the window; all of them must have been looked at.</summary>
    public ReadOnlySpan<byte> Span(int length) => buffer.AsSpan(start, length);

    /// <summary>Moves the window's start.</summary>
    public void Skip(int count) => start += count;

    /// <summary>The offset of a byte, or where the stream ends.</summary>
    public int IndexOf(byte value, int from = 0)
    {
        while (true)
        {
            var at = start + from < end ? buffer.AsSpan(start + from, end - start - from).IndexOf(value) : -1;
            if (at >= 0)
                return from + at;
            from = end - start;
            if (!Fill(from))
                return end - start;
        }
    }

    private bool Fill(int offset)
    {
        while (start + offset >= end && !ended)
        {
            if (end == buffer.Length)
            {
                if (start > 0)
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    end -= start;
                    start = 0;
                }
                // A byte more than a record may have shows that it has more.
                if (end > buffer.Length / 2 && buffer.Length <= most)
                    Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, most + 1L));
                else if (end == buffer.Length)
                    throw new InvalidDataException(
                        $"a record has more than {Limits.Bytes(most)}. Check that the file is one of records; where "
                            + $"it is, raise CONCORD_LIMIT_RECORD."
                    );
            }
            var count = stream.Read(buffer, end, buffer.Length - end);
            if (count == 0)
                ended = true;
            end += count;
        }
        return start + offset < end;
    }
}
