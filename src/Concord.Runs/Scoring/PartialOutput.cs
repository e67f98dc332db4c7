using System.Text;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Runs.Scoring;

/// <summary>
/// A file of lines that grows beside its place, <c>OUT.partial</c>, and takes it when it is complete. Its first line
/// says which input and model it belongs to; a part of another is begun anew.
/// </summary>
/// <remarks>
/// Every line stands after its checksum: where a disk has changed one since, what comes after is scored again, and
/// nothing damaged gets into the file that is complete.
/// </remarks>
internal sealed class PartialOutput : IScoreLines
{
    private const string Suffix = ".partial",
        HeaderStart = "{\"input\":\"";

    private readonly string place;
    private readonly string partial;
    private readonly Stream stream;
    private readonly LineBuffer line = new();
    private readonly long headerLength;

    private PartialOutput(string place, Stream stream, long headerLength, PartialLines earlier)
    {
        (this.place, partial, this.stream, this.headerLength) = (place, place + Suffix, stream, headerLength);
        (Lines, Errors) = (earlier.Count, earlier.Errors);
    }

    /// <inheritdoc/>
    public int Lines { get; private set; }

    /// <inheritdoc/>
    public int Errors { get; }

    /// <summary>Says that something which is no such part lies beside a place, where the part would.</summary>
    /// <param name="place">The file that is to be complete in the end.</param>
    /// <param name="inputs">Files that are read.</param>
    /// <param name="force">Whether any regular file may be replaced that is not read.</param>
    /// <exception cref="ConcordException">Something does.</exception>
    public static void Check(string place, IEnumerable<string> inputs, bool force)
    {
        var partial = place + Suffix;
        if (new FileInfo(partial).LinkTarget is not null)
            throw new ConcordException(
                $"{partial} is a link, and what is unfinished is written under that name through none. Remove it, or "
                    + $"name another file."
            );
        var kind = new OutputKind("the part of an interrupted `concord score`", IsPart);
        if (OutputPlace.Find(partial, kind, inputs, force).File is null)
            throw new ConcordException(
                $"{partial} is a pipe or a device, and what is unfinished is written under that name. Name another "
                    + $"file."
            );
    }

    /// <summary>Opens the part beside a place, or begins one.</summary>
    /// <param name="place">As it was checked.</param>
    /// <param name="input">What tells the input from others.</param>
    /// <param name="model">What tells model and settings from others.</param>
    /// <param name="say">Told what is not gone on with.</param>
    /// <exception cref="ConcordException">The place cannot be written.</exception>
    public static PartialOutput Open(string place, string input, string model, Action<string> say)
    {
        var partial = place + Suffix;
        var header = Encoding.UTF8.GetBytes($"{HeaderStart}{input}\",\"model\":\"{model}\"}}\n");
        try
        {
            var stream = Disk.Open(partial, FileMode.OpenOrCreate, FileShare.None);
            var earlier = Earlier(stream, header, partial, say);
            stream.SetLength(earlier.End);
            stream.Position = earlier.End;
            if (earlier.End == 0)
                stream.Write(header);
            return new PartialOutput(place, stream, header.Length, earlier);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{partial} cannot be written: {error.Message} Name another place, or make this one writable.",
                error
            );
        }
    }

    /// <inheritdoc/>
    public void WriteLine(Action<Utf8JsonWriter> write, bool holdsError)
    {
        var bytes = line.Write(write);
        try
        {
            stream.Write(PartialLines.Mark(bytes, Lines + 1, holdsError));
            stream.Write(bytes);
            stream.WriteByte((byte)'\n');
            if (++Lines % 16 == 0)
                stream.Flush();
        }
        catch (IOException error)
        {
            throw new ConcordException(
                $"{partial} cannot be written any further: {error.Message} Make room: the same command goes on from "
                    + $"there.",
                error
            );
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        try
        {
            stream.Flush();
            stream.Position = headerLength;
        }
        catch (IOException error)
        {
            throw new ConcordException(
                $"{partial} cannot be written any further: {error.Message} Make room: the same command goes on from "
                    + $"there.",
                error
            );
        }
        AtomicFile.Write(
            place,
            target =>
            {
                var whole = PartialLines.Read(stream, target);
                if (whole.Count != Lines)
                    throw new ConcordException(
                        $"{partial} is damaged after {whole.Count} records. The same command scores the rest again."
                    );
            }
        );
        stream.Dispose();
        Disk.Delete(partial);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            // Closing writes once more and fails again on a full disk; the first error is the one to show.
        }
    }

    // what is there of the same input and model, up to the first line that is not as it was written
    private static PartialLines Earlier(Stream stream, byte[] header, string partial, Action<string> say)
    {
        var start = new byte[header.Length];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
            return default;
        if (!start.AsSpan().SequenceEqual(header))
        {
            say(
                $"{partial} is of another input, model or setting, or of another version of Concord: it is begun anew."
            );
            return default;
        }
        var lines = PartialLines.Read(stream, null);
        if (lines.IsDamaged)
            say($"{partial} is damaged after {lines.Count} records: the rest is scored again.");
        return lines with { End = header.Length + lines.End };
    }

    // a killed run may have left less than its first line
    private static bool IsPart(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[HeaderStart.Length];
        var count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return HeaderStart.StartsWith(Encoding.UTF8.GetString(start, 0, count), StringComparison.Ordinal);
    }
}
