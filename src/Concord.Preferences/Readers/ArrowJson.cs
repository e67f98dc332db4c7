using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Concord.Preferences.Readers;

/// <summary>A row of Arrow's columns as a JSON object, nulls where they are.</summary>
internal static class ArrowJson
{
    public static byte[] Row(RecordBatch batch, int row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var column = 0; column < batch.ColumnCount; column++)
            {
                writer.WritePropertyName(batch.Schema.GetFieldByIndex(column).Name);
                Write(writer, batch.Column(column), row);
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, IArrowArray array, int row)
    {
        if (array is NullArray || array.IsNull(row))
        {
            writer.WriteNullValue();
            return;
        }
        switch (array)
        {
            case StringArray texts: // BinaryArray too: text that its writer did not mark as such
                writer.WriteStringValue(texts.GetBytes(row));
                break;
            case LargeStringArray texts:
                writer.WriteStringValue(texts.GetBytes(row));
                break;
            case StringViewArray texts:
                writer.WriteStringValue(texts.GetBytes(row));
                break;
            case BinaryArray bytes:
                writer.WriteStringValue(bytes.GetBytes(row));
                break;
            case LargeBinaryArray bytes:
                writer.WriteStringValue(bytes.GetBytes(row));
                break;
            case BooleanArray flags:
                writer.WriteBooleanValue(flags.GetValue(row)!.Value);
                break;
            case DictionaryArray words:
                Write(writer, words.Dictionary, Index(words.Indices, row));
                break;
            case StructArray fields:
                WriteFields(writer, fields, row);
                break;
            case MapArray map:
                WriteMap(writer, map, row);
                break;
            case ListArray list:
                WriteItems(writer, list.Values, list.ValueOffsets[row], list.ValueOffsets[row + 1]);
                break;
            case LargeListArray list:
                WriteItems(
                    writer,
                    list.Values,
                    checked((int)list.ValueOffsets[row]),
                    checked((int)list.ValueOffsets[row + 1])
                );
                break;
            case FixedSizeListArray list:
                var size = ((FixedSizeListType)list.Data.DataType).ListSize;
                WriteItems(writer, list.Values, (list.Offset + row) * size, (list.Offset + row + 1) * size);
                break;
            default:
                WriteNumber(writer, array, row);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, IArrowArray array, int row)
    {
        switch (array)
        {
            case Int64Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case Int32Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case Int16Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case Int8Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case UInt64Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case UInt32Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case UInt16Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case UInt8Array numbers:
                writer.WriteNumberValue(numbers.Values[row]);
                break;
            case DoubleArray numbers:
                WriteFinite(writer, numbers.Values[row]);
                break;
            case FloatArray numbers:
                WriteFinite(writer, numbers.Values[row]);
                break;
            case HalfFloatArray numbers:
                WriteFinite(writer, (double)numbers.Values[row]);
                break;
            case Decimal128Array numbers:
                writer.WriteStringValue(numbers.GetString(row));
                break;
            case TimestampArray times:
                writer.WriteStringValue(times.GetTimestamp(row)!.Value);
                break;
            case Date32Array days:
                writer.WriteStringValue(days.GetDateTime(row)!.Value);
                break;
            // Kinds that no reader asks for; the column is there, and is named where columns are.
            default:
                writer.WriteStringValue($"({array.Data.DataType.Name})");
                break;
        }
    }

    // What JSON has no number for; where a number is needed, the reader says so.
    private static void WriteFinite(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteNullValue();
    }

    private static void WriteFinite(Utf8JsonWriter writer, float number)
    {
        if (float.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteNullValue();
    }

    private static void WriteItems(Utf8JsonWriter writer, IArrowArray items, int from, int to)
    {
        writer.WriteStartArray();
        for (var item = from; item < to; item++)
            Write(writer, items, item);
        writer.WriteEndArray();
    }

    private static void WriteFields(Utf8JsonWriter writer, StructArray fields, int row)
    {
        var names = ((StructType)fields.Data.DataType).Fields;
        writer.WriteStartObject();
        for (var field = 0; field < names.Count; field++)
        {
            writer.WritePropertyName(names[field].Name);
            Write(writer, fields.Fields[field], row);
        }
        writer.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter writer, MapArray map, int row)
    {
        writer.WriteStartObject();
        for (var entry = map.ValueOffsets[row]; entry < map.ValueOffsets[row + 1]; entry++)
        {
            writer.WritePropertyName(
                map.Keys is StringArray names ? names.GetString(entry) : entry.ToString(CultureInfo.InvariantCulture)
            );
            Write(writer, map.Values, entry);
        }
        writer.WriteEndObject();
    }

    private static int Index(IArrowArray indices, int row) =>
        indices switch
        {
            Int32Array numbers => numbers.Values[row],
            Int64Array numbers => checked((int)numbers.Values[row]),
            Int16Array numbers => numbers.Values[row],
            Int8Array numbers => numbers.Values[row],
            UInt32Array numbers => checked((int)numbers.Values[row]),
            UInt16Array numbers => numbers.Values[row],
            UInt8Array numbers => numbers.Values[row],
            _ => throw new InvalidDataException($"a dictionary whose indices are {indices.Data.DataType.Name}"),
        };
}
