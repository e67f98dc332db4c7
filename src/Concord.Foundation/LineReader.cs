using System.Text;

namespace Concord.Foundation;

/// <summary>The lines of a stream of UTF-8, each at most <see cref="Limits.RecordBytes"/> long.</summary>
/// <param name="stream">The stream; a byte order mark at its beginning is left out.</param>
public sealed class LineReader(Stream stream)
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly ByteWindow window = new(stream);
    private bool begun;

    /// <summary>The next line without what ends it; null behind the last.</summary>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    /// <exception cref="InvalidDataException">It is too long; half a sentence.</exception>
    public string? Read()
    {
        SkipMark();
        if (window[0] < 0)
            return null;
        var length = window.IndexOf((byte)'\n');
        var line = window.Span(length);
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        var text = Strict.GetString(line);
        window.Skip(window[length] < 0 ? length : length + 1);
        return text;
    }

    /// <summary>All that follows, at most <see cref="Limits.DocumentBytes"/>.</summary>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    /// <exception cref="InvalidDataException">It is too long; half a sentence.</exception>
    public string ReadToEnd()
    {
        var most = Limits.Current.DocumentBytes;
        var text = new StringBuilder();
        while (Read() is { } line)
        {
            if (text.Length + line.Length > most)
                throw new InvalidDataException(
                    $"it is one value of more than {Limits.Bytes(most)}; write a line for each record, or raise "
                        + $"CONCORD_LIMIT_DOCUMENT."
                );
            text.Append(line).Append('\n');
        }
        return text.ToString();
    }

    private void SkipMark()
    {
        if (!begun && window[0] == 0xEF && window[1] == 0xBB && window[2] == 0xBF)
            window.Skip(3);
        begun = true;
    }
}
