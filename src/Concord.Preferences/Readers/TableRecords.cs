using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Concord.Foundation;
using CsvHelper;
using CsvHelper.Configuration;

namespace Concord.Preferences.Readers;

/// <summary>
/// The rows of a comma- or tab-separated table as JSON records of texts under the names of its first line. An empty
/// field is null. A field that is a list of messages in JSON becomes one.
/// </summary>
internal sealed class TableRecords(Stream stream, TableLayout layout)
{
    // Beyond this a quote is missing, not a text long.
    private readonly int longest = (int)Limits.Current.RecordBytes;

    public IEnumerable<RawRecord> Read()
    {
        using var text = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        using var parser = new CsvParser(
            text,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Delimiter = layout.Delimiter,
                BadDataFound = null,
                MaxFieldSize = longest,
                CacheFields = false,
            }
        );
        if (!Next(parser))
            yield break;
        var names = Names(parser.Record!);
        for (var line = parser.RawRow + 1; Next(parser); line = parser.RawRow + 1)
        {
            var fields = parser.Record!;
            yield return fields.Length == names.Length
                ? Row(names, fields, line)
                : new RawRecord(
                    line,
                    [],
                    $"{fields.Length} fields where the first line names {names.Length}; a quote or a delimiter may be "
                        + (parser.RawRow > line ? $"missing: the row goes on to line {parser.RawRow}." : "missing.")
                );
        }
    }

    private bool Next(CsvParser parser)
    {
        try
        {
            return parser.Read();
        }
        catch (Exception error) when (error is CsvHelperException)
        {
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a field of more than {longest} characters; a quote may be missing (CONCORD_LIMIT_RECORD)."
                ),
                error
            );
        }
    }

    private static string[] Names(string[] names)
    {
        for (var at = 0; at < names.Length; at++)
            if (string.IsNullOrWhiteSpace(names[at]))
                names[at] = string.Create(CultureInfo.InvariantCulture, $"Unnamed: {at}"); // as pandas calls it
        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key is { } twice
            ? throw new InvalidDataException($"two columns are called \"{twice}\"; each needs a name of its own.")
            : names;
    }

    private static RawRecord Row(string[] names, string[] fields, int line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            for (var at = 0; at < names.Length; at++)
            {
                writer.WritePropertyName(Whole(names[at]));
                if (fields[at].Length == 0)
                    writer.WriteNullValue();
                else if (fields[at].StartsWith("[{'", StringComparison.Ordinal))
                    return new RawRecord(
                        line,
                        [],
                        $"\"{names[at]}\" is a list as Python prints it, not JSON; write it with json.dumps, or save the "
                            + "data as JSON lines."
                    );
                else if (Messages(fields[at]) is { } messages)
                    writer.WriteRawValue(messages);
                else
                    writer.WriteStringValue(Whole(fields[at]));
            }
            writer.WriteEndObject();
        }
        return new RawRecord(line, buffer.WrittenSpan.ToArray());
    }

    private static string? Messages(string field)
    {
        if (!field.StartsWith("[{", StringComparison.Ordinal))
            return null;
        try
        {
            using var list = RecordJson.Parse(Encoding.UTF8.GetBytes(field));
            return JsonMessages.IsList(list.RootElement) ? field : null;
        }
        catch (Exception error) when (error is JsonException or RecordException or InvalidOperationException)
        {
            return null;
        }
    }

    // a writer of JSON takes no half of a surrogate pair
    private static string Whole(string text)
    {
        for (var at = 0; at < text.Length; at++)
            if (char.IsSurrogate(text[at]))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text;
    }
}
