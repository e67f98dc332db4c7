using System.Text;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>
/// Cuts a file into records: JSON or a table, plain or compressed, or parquet. The first bytes say which; of a table,
/// which has none, its name and its first line.
/// </summary>
internal static class RecordContainer
{
    private const int Looked = 1 << 16;

    /// <summary>The records of a file; what breaks on the way ends it as a problem.</summary>
    /// <param name="stream">It can seek.</param>
    /// <param name="name">The file's, for messages.</param>
    /// <exception cref="ConcordException">It is of a kind that is not read.</exception>
    public static IEnumerable<RawRecord> Records(Stream stream, string name)
    {
        using var records = Begin(stream, name).GetEnumerator();
        for (var number = 0; Next(records, number + 1) is { } record; number = record.Number)
        {
            yield return record;
            if (record.EndsFile)
                yield break;
        }
    }

    private static IEnumerable<RawRecord> Begin(Stream stream, string name)
    {
        try
        {
            Span<byte> start = stackalloc byte[4];
            var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            var magic = start[..length];
            if (magic.StartsWith(ParquetRecords.Magic))
                return ParquetRecords.Read(stream, name);
            if (GzipInput.Begins(magic))
                return Text(new GzipInput(stream), name);
            if (magic is [0x28, 0xB5, 0x2F, 0xFD])
                return Text(new ZstdInput(stream), name);
            return Text(stream, name);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ConcordException($"{name} cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<RawRecord> Text(Stream stream, string name)
    {
        var peeked = new PeekedStream(stream, Looked);
        var encoding = peeked.Beginning switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };
        if (encoding is not null)
            peeked = new PeekedStream(Encoding.CreateTranscodingStream(peeked, encoding, Encoding.UTF8), Looked);
        if (ForeignFile.Reason(peeked.Beginning) is { } reason)
            throw new ConcordException($"{name} {reason}");
        return TableLayout.Of(name, peeked.Beginning) is { } layout
            ? new TableRecords(peeked, layout).Read()
            : new JsonRecords(peeked).Read();
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
            return new RawRecord(number, [], $"the file cannot be read further: {error.Message}") { EndsFile = true };
        }
    }
}
