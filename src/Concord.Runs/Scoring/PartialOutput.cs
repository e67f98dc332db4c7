using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Runs.Scoring;

/// <summary>
/// A file of lines that grows beside its place and is renamed when it is complete. Its first line says which input and
/// model it belongs to; a part of another is begun anew.
/// </summary>
internal sealed class PartialOutput : IDisposable
{
    private const string Suffix = ".partial",
        HeaderStart = "{\"input\":\"";

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private static readonly OutputKind Scores = OutputKind.Lines("a file of scores", IsScored);

    private readonly string place;
    private readonly string partial;
    private readonly Stream stream;
    private readonly int headerLength;
    private readonly ArrayBufferWriter<byte> buffer = new();

    private PartialOutput(string place, string partial, Stream stream, int headerLength, int lines, int errors)
    {
        (this.place, this.partial, this.stream, this.headerLength, Lines, Errors) = (
            place,
            partial,
            stream,
            headerLength,
            lines,
            errors
        );
    }

    /// <summary>Complete lines so far, those of an earlier run included.</summary>
    public int Lines { get; private set; }

    /// <summary>How many of the earlier run's lines hold an error.</summary>
    public int Errors { get; }

    /// <summary>The place of the scores of an input, and of their unfinished part beside it.</summary>
    /// <exception cref="ConcordException">A file that is neither lies at one of them.</exception>
    public static string Find(string output, string input)
    {
        var place = OutputPlace.Find(output, Scores, input);
        OutputPlace.Find(place + Suffix, new OutputKind("the part of an interrupted `concord score`", IsPart), input);
        return place;
    }

    /// <summary>Opens the part beside a place, or begins one.</summary>
    /// <param name="place">As <see cref="Find"/> gives it.</param>
    /// <param name="input">What tells the input from others.</param>
    /// <param name="model">What tells model and settings from others.</param>
    /// <exception cref="ConcordException">The place cannot be written.</exception>
    public static PartialOutput Open(string place, string input, string model)
    {
        var partial = place + Suffix;
        var header = Encoding.UTF8.GetBytes($"{HeaderStart}{input}\",\"model\":\"{model}\"}}\n");
        try
        {
            var stream = Disk.Open(partial, FileMode.OpenOrCreate, FileShare.None);
            var (lines, errors, end) = Count(stream, header);
            stream.SetLength(end);
            stream.Position = end;
            if (end == 0)
                stream.Write(header);
            return new PartialOutput(place, partial, stream, header.Length, lines, errors);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{place} cannot be written: {error.Message} Name another place, or make this one writable.",
                error
            );
        }
    }

    /// <summary>Adds a line.</summary>
    public void WriteLine(Action<Utf8JsonWriter> write)
    {
        buffer.ResetWrittenCount();
        using (
            var writer = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
            write(writer);
        buffer.Write(NewLine);
        stream.Write(buffer.WrittenSpan);
        if (++Lines % 16 == 0)
            stream.Flush();
    }

    /// <summary>Takes the header off and puts the file in its place.</summary>
    public void Complete()
    {
        stream.Flush();
        stream.Position = headerLength;
        AtomicFile.Write(place, target => stream.CopyTo(target));
        stream.Dispose();
        Disk.Delete(partial);
    }

    // {"rewards", "tokens", "truncated"}, {"error"}, or several of them for a record of several parts
    private static bool IsScored(JsonElement line) =>
        line.TryGetProperty("comparisons", out var parts)
            ? parts.ValueKind == JsonValueKind.Array && parts.EnumerateArray().All(IsScored)
            : Keys(line) is ["rewards", "tokens", "truncated"] or ["error"];

    private static string[] Keys(JsonElement line) =>
        line.ValueKind == JsonValueKind.Object ? [.. line.EnumerateObject().Select(one => one.Name)] : [];

    // a killed run may have left less than its first line
    private static bool IsPart(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[HeaderStart.Length];
        var count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return HeaderStart.StartsWith(Encoding.UTF8.GetString(start, 0, count), StringComparison.Ordinal);
    }

    // complete lines of a part that begins with this header; otherwise nothing of it is kept
    private static (int Lines, int Errors, long End) Count(Stream stream, byte[] header)
    {
        var start = new byte[header.Length];
        if (
            stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length
            || !start.AsSpan().SequenceEqual(header)
        )
            return (0, 0, 0);
        int lines = 0,
            errors = 0;
        long end = header.Length,
            position = header.Length;
        var line = new List<byte>();
        var block = new byte[1 << 16];
        for (int count; (count = stream.Read(block)) > 0; )
        {
            for (var i = 0; i < count; i++, position++)
            {
                if (block[i] != (byte)'\n')
                {
                    line.Add(block[i]);
                    continue;
                }
                lines++;
                if (CollectionsMarshal.AsSpan(line).IndexOf("{\"error\""u8) >= 0)
                    errors++; // of the record, or of one of its parts
                line.Clear();
                end = position + 1;
            }
        }
        return (lines, errors, end);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
