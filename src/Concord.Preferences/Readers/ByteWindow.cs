namespace Concord.Preferences.Readers;

/// <summary>A stream seen through a window that grows as far as one record needs and no further.</summary>
internal sealed class ByteWindow(Stream stream)
{
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
                if (end > buffer.Length / 2)
                {
                    if (buffer.Length == Array.MaxLength)
                        throw new InvalidDataException("a record larger than two gigabytes; split the file.");
                    Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, Array.MaxLength));
                }
            }
            var count = stream.Read(buffer, end, buffer.Length - end);
            if (count == 0)
                ended = true;
            end += count;
        }
        return start + offset < end;
    }
}
