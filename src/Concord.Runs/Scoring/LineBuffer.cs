using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Concord.Runs.Scoring;

/// <summary>One JSON line, made again and again in the same memory.</summary>
internal sealed class LineBuffer
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    /// <summary>The bytes of a line, without its end; good until the next.</summary>
    public ReadOnlySpan<byte> Write(Action<Utf8JsonWriter> write)
    {
        buffer.ResetWrittenCount();
        using (
            var writer = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
            write(writer);
        return buffer.WrittenSpan;
    }
}
