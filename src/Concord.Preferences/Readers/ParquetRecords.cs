using System.Collections;
using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace Concord.Preferences.Readers;

/// <summary>
/// The rows of a parquet file as JSON records, one row group at a time: lists, structs and lists of structs become what
/// they are in JSON, so every reader reads parquet too.
/// </summary>
internal static class ParquetRecords
{
    /// <summary>The four bytes a parquet file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public static IEnumerable<RawRecord> Read(Stream stream)
    {
        var groups = Wait(async () =>
        {
            await using var reader = await ParquetReader
                .CreateAsync(stream, leaveStreamOpen: true)
                .ConfigureAwait(false);
            return reader.RowGroupCount;
        });
        var number = 0;
        for (var group = 0; group < groups; group++)
        {
            var index = group;
            stream.Position = 0;
            var rows = Wait(() => ParquetSerializer.DeserializeUntypedAsync(stream, rowGroupIndex: index));
            foreach (var row in rows.Data)
            {
                number++;
                yield return new RawRecord(number, ToJson(row));
            }
        }
    }

    private static byte[] ToJson(object? row)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, row);
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            // What JSON has no number for; where a number is needed, the reader says so.
            case double or float:
                writer.WriteNullValue();
                break;
            case long or int or short or sbyte or ulong or uint or ushort or byte:
                writer.WriteNumberValue(Convert.ToDecimal(value, CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                writer.WriteStringValue(bytes);
                break;
            case IDictionary fields:
                writer.WriteStartObject();
                foreach (DictionaryEntry field in fields)
                {
                    writer.WritePropertyName(Convert.ToString(field.Key, CultureInfo.InvariantCulture)!);
                    Write(writer, field.Value);
                }
                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    // Parquet.Net speaks only async; what it awaits here is a file or memory.
    private static T Wait<T>(Func<Task<T>> read) => Task.Run(read).GetAwaiter().GetResult();
}
