using System.Text;
using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Reads a file of preferences in any known format: JSON lines, a JSON array or parquet, plain or gzipped, recognised
/// by content.
/// </summary>
/// <remarks>
/// One bad record never ends the reading: it becomes a <see cref="ReadProblem"/>. A file that gives nothing at all is
/// an error.
/// </remarks>
public static class PreferenceFile
{
    // How many records are looked at to recognise the format; more than a few, since the first may be the malformed
    // one.
    private const int Sampled = 16;

    // Trees of replies nest two levels a turn; .NET's own limit of 64 would refuse long dialogues.
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 512 };

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="ConcordException">The file cannot be opened, has no known format, or not one record could be
    /// read.</exception>
    public static ReadResult Read(string path, ReadOptions? options = null)
    {
        using var stream = Open(path);
        return Read(stream, path, options);
    }

    /// <summary>Reads a whole stream.</summary>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="name">The file's name, for origins, errors and the source.</param>
    /// <param name="options">Format and source.</param>
    /// <exception cref="ConcordException">The stream has no known format, or not one record could be read.</exception>
    public static ReadResult Read(Stream stream, string name, ReadOptions? options = null)
    {
        var comparisons = new List<Comparison>();
        var problems = new List<ReadProblem>();
        var dropped = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var records = 0;
        PreferenceFormat? format = null;
        foreach (var record in Stream(stream, name, options, found => format = found))
        {
            if (record.Line > 0)
                records++;
            comparisons.AddRange(record.Comparisons);
            if (record.Problem is { } problem)
                problems.Add(problem);
            foreach (var (reason, count) in record.Dropped)
                dropped[reason] = dropped.GetValueOrDefault(reason) + count;
        }
        if (problems.Count > 0 && problems.Count == records)
        {
            throw new ConcordException(
                $"{name}: none of the {records} records could be read as {format}. The first: {problems[0]} Formats "
                    + $"known: {PreferenceFormat.Names}."
            );
        }
        return new ReadResult
        {
            File = name,
            Format = format!,
            Records = records,
            Comparisons = comparisons,
            Problems = problems,
            Dropped = dropped,
        };
    }

    /// <summary>
    /// Reads a file record by record, holding one at a time; what the whole file tells comes last, with line 0.
    /// </summary>
    /// <exception cref="ConcordException">The file cannot be opened or has no known format.</exception>
    public static IEnumerable<ReadRecord> Stream(string path, ReadOptions? options = null)
    {
        using var stream = Open(path);
        foreach (var record in Stream(stream, path, options, _ => { }))
            yield return record;
    }

    /// <summary>Says before long work that a file could not be opened.</summary>
    /// <exception cref="ConcordException">It is not there, is a folder, or may not be read.</exception>
    public static void Check(string path)
    {
        using var opened = Open(path);
    }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="ConcordException">It is not there, is a folder, or may not be read.</exception>
    private static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw new ConcordException($"{path} is a folder; a file of preferences was expected.");
        try
        {
            return new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 1 << 16,
                FileOptions.SequentialScan
            );
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConcordException($"{path} does not exist; a file of preferences was expected there.", error);
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<ReadRecord> Stream(
        Stream stream,
        string name,
        ReadOptions? options,
        Action<PreferenceFormat> recognised
    )
    {
        options ??= new ReadOptions();
        using var raw = Begin(stream, name).GetEnumerator();
        var sample = new List<RawRecord>();
        while (sample.Count < Sampled && Next(raw, sample.Count == 0 ? 1 : sample[^1].Number + 1) is { } record)
            sample.Add(record);
        var format = options.Format ?? Recognise(sample, name);
        recognised(format);

        var reader = format.NewReader();
        var context = new RecordContext(name, options);
        foreach (var record in sample)
            yield return ReadOne(reader, record, context);
        if (sample.Count == Sampled)
            for (var last = sample[^1].Number; Next(raw, last + 1) is { } record; last = record.Number)
                yield return ReadOne(reader, record, context);
        context.Line = 0;
        reader.Finish(context);
        yield return context.Take();
    }

    private static IEnumerable<RawRecord> Begin(Stream stream, string name)
    {
        try
        {
            return Records(stream, name);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ConcordException($"{name} cannot be read: {error.Message}", error);
        }
    }

    // What breaks while bytes come in (a cut gzip file, a record too large) ends the file as a problem, not as a crash:
    // what was read before it stands.
    private static RawRecord? Next(IEnumerator<RawRecord> raw, int number)
    {
        try
        {
            return raw.MoveNext() ? raw.Current : null;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return new RawRecord(number, [], $"the file cannot be read further: {error.Message}");
        }
    }

    private static ReadRecord ReadOne(IPreferenceReader reader, RawRecord record, RecordContext context)
    {
        context.Line = record.Number;
        if (record.Problem is { } problem)
            return context.Take(problem);
        try
        {
            using var document = JsonDocument.Parse(record.Bytes, Json);
            reader.Read(document.RootElement, context);
            return context.Take();
        }
        catch (JsonException error)
        {
            return context.Take($"not JSON at byte {error.BytePositionInLine + 1}: {FirstSentence(error.Message)}");
        }
        catch (RecordException error)
        {
            return context.Take(error.Message);
        }
    }

    private static IEnumerable<RawRecord> Records(Stream stream, string name)
    {
        var seekable = stream.CanSeek ? stream : Buffered(stream);
        Span<byte> start = stackalloc byte[4];
        var length = seekable.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        seekable.Position = 0;
        var magic = start[..length];
        if (magic.StartsWith(ParquetRecords.Magic))
            return ParquetRecords.Read(seekable, name);
        if (magic is [0x1F, 0x8B, ..])
            return new JsonRecords(new GzipInput(seekable)).Read();
        if (magic is [0xFF, 0xFE, ..])
            return new JsonRecords(Encoding.CreateTranscodingStream(seekable, Encoding.Unicode, Encoding.UTF8)).Read();
        if (magic is [0xFE, 0xFF, ..])
            return new JsonRecords(
                Encoding.CreateTranscodingStream(seekable, Encoding.BigEndianUnicode, Encoding.UTF8)
            ).Read();
        var kind = magic switch
        {
            [0x28, 0xB5, 0x2F, 0xFD] => "compressed with zstd; unpack it with: zstd -d FILE",
            [0x50, 0x4B, 0x03, 0x04] => "a zip archive; unpack it first",
            [0x42, 0x5A, 0x68, ..] => "compressed with bzip2; unpack it with: bunzip2 FILE",
            [0xFD, 0x37, 0x7A, 0x58] => "compressed with xz; unpack it with: unxz FILE",
            [(byte)'A', (byte)'R', (byte)'R', (byte)'O'] => "an Arrow file; save it as parquet or JSON lines",
            _ => Path.GetExtension(name).ToLowerInvariant() is ".csv" or ".tsv"
                ? "a table of comma- or tab-separated values, which hold no texts safely; save it as JSON lines or "
                    + "parquet"
                : null,
        };
        if (kind is not null)
            throw new ConcordException(
                $"{name} is {kind}. JSON lines, JSON arrays (both also gzipped) and parquet are read."
            );
        return new JsonRecords(seekable).Read();
    }

    private static PreferenceFormat Recognise(List<RawRecord> sample, string name)
    {
        if (sample.Count == 0)
            throw new ConcordException($"{name} is empty; records of preferences were expected.");
        var votes = new Dictionary<PreferenceFormat, int>();
        string? refused = null;
        string? fields = null;
        string? broken = null;
        foreach (var record in sample)
        {
            try
            {
                if (record.Problem is { } problem)
                {
                    broken ??= problem;
                    continue;
                }
                using var document = JsonDocument.Parse(record.Bytes, Json);
                var found = PreferenceFormat.All.FirstOrDefault(format =>
                    format.NewReader().Recognises(document.RootElement)
                );
                if (found is not null)
                    votes[found] = votes.GetValueOrDefault(found) + 1;
                else
                    refused ??= RefusedFormats.Reason(document.RootElement);
                fields ??= Describe(document.RootElement);
            }
            catch (JsonException error)
            {
                broken ??= $"record {record.Number} is not JSON: {FirstSentence(error.Message)}";
            }
        }
        // Most records decide; among equals the order of the formats does.
        if (votes.Count > 0)
            return PreferenceFormat.All.Where(votes.ContainsKey).MaxBy(format => votes[format])!;
        if (refused is not null)
            throw new ConcordException($"{name} {refused}.");
        var reason = fields is null ? broken : $"no format is known whose records are {fields}";
        throw new ConcordException(
            $"{name}: {reason} Formats known: {PreferenceFormat.Names}. Where the file is one of them all the same, "
                + $"name it with --format."
        );
    }

    private static string Describe(JsonElement record) =>
        record.ValueKind == JsonValueKind.Object
            ? $"{{{string.Join(", ", record.EnumerateObject().Take(12).Select(field => field.Name))}}}."
            : $"{JsonFields.Kind(record)}.";

    private static MemoryStream Buffered(Stream stream)
    {
        var memory = new MemoryStream();
        stream.CopyTo(memory);
        memory.Position = 0;
        return memory;
    }

    // .NET appends the position to its message; it is said better in front.
    private static string FirstSentence(string message) => message.Split(". ", 2)[0].TrimEnd('.') + ".";
}
