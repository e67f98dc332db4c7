using System.Text.Json;
using Concord.Foundation;

namespace Concord.Modeling.Files;

/// <summary>
/// The table of contents of a safetensors file. Parsing is apart from the disk and takes no byte of the header on
/// trust.
/// </summary>
/// <remarks>
/// Rules of the format: a JSON object of at most 100 MB; each tensor has dtype, shape and data_offsets [begin, end);
/// the tensors fill the rest of the file without overlap and without hole.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The largest header in bytes, as in the reference implementation.</summary>
    public const long LargestSize = 100_000_000;

    private const string MetadataKey = "__metadata__";
    private const int MostDimensions = 64;

    private readonly string file;
    private readonly long dataLength;
    private readonly List<SafetensorsEntry> entries = [];
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(long dataLength, string file) => (this.dataLength, this.file) = (dataLength, file);

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => entries;

    /// <summary>The texts under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Reads a header.</summary>
    /// <param name="header">The JSON, without the eight bytes of its length.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="ConcordException">Anything in it is not as the format says.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> header, long dataLength, string file)
    {
        var result = new SafetensorsHeader(dataLength, file);
        try
        {
            result.ReadObject(header);
        }
        // The reader throws the second for texts that are not valid Unicode.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ConcordException(
                $"{file}: the safetensors header is not valid JSON: {JsonErrors.Said(error)} Copy or download the file again.",
                error
            );
        }
        result.CheckLayout();
        return result;
    }

    private void ReadObject(ReadOnlySpan<byte> header)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(header);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Bad("the safetensors header is no JSON object; expected one that starts with {.");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw Bad($"{Tensor(name)} stands in the header twice; expected each name once.");
            reader.Read();
            if (name == MetadataKey)
                ReadMetadata(ref reader);
            else
                entries.Add(ReadEntry(ref reader, name));
        }
        // Nothing may follow but blanks; the reader throws on anything else.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad($"{MetadataKey} of the header is no object; expected one of texts.");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (Next(ref reader) != JsonTokenType.String)
                throw Bad(
                    $"{MetadataKey} of the header has a value that is no text at \"{Shorten(key)}\"; expected only "
                        + $"texts."
                );
            metadata[key] = reader.GetString()!;
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad($"{Tensor(name)} is no object in the header; expected dtype, shape and data_offsets.");
        SafetensorsType? type = null;
        long[]? shape = null,
            offsets = null;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null:
                    var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                    type =
                        SafetensorsType.Find(text)
                        ?? throw Bad(
                            $"{Tensor(name)} has dtype \"{Shorten(text)}\"; known are {SafetensorsType.Known}."
                        );
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, key);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, key);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Bad($"{Tensor(name)} has {key} twice in the header; expected it once.");
                default:
                    reader.Skip();
                    break;
            }
        }
        if (type is null || shape is null || offsets is null)
            throw Bad(
                $"{Tensor(name)} lacks {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")} in the "
                    + $"header."
            );
        return Check(name, type, shape, offsets);
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad($"{Tensor(name)}: {key} is no list; expected a list of integers.");
        var numbers = new List<long>();
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Bad($"{Tensor(name)}: {key} holds something else than integers from 0 to 2^63 - 1.");
            if (numbers.Count == MostDimensions)
                throw Bad($"{Tensor(name)}: {key} has more than {MostDimensions} entries.");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private SafetensorsEntry Check(string name, SafetensorsType type, long[] shape, long[] offsets)
    {
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > dataLength)
            throw Bad(
                $"{Tensor(name)}: data_offsets are [{string.Join(", ", offsets)}]; expected [begin, end] within the "
                    + $"{dataLength} bytes of "
                    + "data: the file is cut short or its header wrong."
            );
        long bytes = type.Size;
        try
        {
            // A dimension of zero makes the tensor empty, but the others must still multiply within 64 bits.
            foreach (var dimension in shape)
                bytes = checked(bytes * Math.Max(dimension, 1));
        }
        catch (OverflowException error)
        {
            throw new ConcordException(
                $"{file}: {Tensor(name)} of shape [{string.Join(", ", shape)}] has more bytes than 64 bits can count.",
                error
            );
        }
        if (shape.Contains(0))
            bytes = 0;
        if (bytes != offsets[1] - offsets[0])
            throw Bad(
                $"{Tensor(name)}: {type.Name} of shape [{string.Join(", ", shape)}] takes {bytes} bytes, but "
                    + $"data_offsets give it {offsets[1] - offsets[0]}."
            );
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private void CheckLayout()
    {
        entries.Sort(
            (a, b) =>
                (a.Begin, a.End).CompareTo((b.Begin, b.End)) is var order && order != 0
                    ? order
                    : string.CompareOrdinal(a.Name, b.Name)
        );
        long end = 0;
        SafetensorsEntry? before = null;
        foreach (var entry in entries)
        {
            if (entry.Begin < end)
                throw Bad(
                    $"{Tensor(entry.Name)} begins at byte {entry.Begin} of the data, inside {Tensor(before!.Name)}, "
                        + $"which ends at {end}; tensors must not overlap."
                );
            if (entry.Begin > end)
                throw Bad(
                    $"{Tensor(entry.Name)} begins at byte {entry.Begin} of the data; expected {end}: the bytes "
                        + $"between belong to no tensor."
                );
            (end, before) = (entry.End, entry);
        }
        if (end != dataLength)
        {
            var last = before is null
                ? "no tensor is listed"
                : $"{Tensor(before.Name)}, the last, ends at byte {end} of the data";
            throw Bad($"{last}, but the file holds {dataLength} bytes of data; expected no bytes without a tensor.");
        }
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("It ends too early.");

    private ConcordException Bad(string sentence) => new($"{file}: {sentence}");

    private static string Tensor(string name) => $"tensor \"{Shorten(name)}\"";

    private static string Shorten(string text) => text.Length <= 120 ? text : string.Concat(text.AsSpan(0, 117), "...");
}
