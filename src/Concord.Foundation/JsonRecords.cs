using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Concord.Foundation;

/// <summary>
/// Typed records in JSON files that carry a version: written as their type says, and read back with every error as a
/// sentence that names file, line and key.
/// </summary>
/// <remarks>
/// Keys that a record does not have are ignored, so a file may gain keys without a new version. The version is a whole
/// number that rises only where an older reader would misread the file; a newer one than the reader knows is refused.
/// A file without a version is one of the first form.
/// </remarks>
public static class JsonRecords
{
    /// <summary>Reads a file that holds one record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="newest">The newest version that is known.</param>
    /// <param name="advice">What to do where it cannot be read: a sentence.</param>
    /// <exception cref="ConcordException">It cannot be read, is damaged, or is of a newer version.</exception>
    public static T Read<T>(string path, JsonTypeInfo<T> type, int newest, string advice = "Write it again.")
        where T : class
    {
        if (!File.Exists(path))
            throw new ConcordException($"{path} is not there. {advice}");
        var bytes = InputFile.ReadBytes(path, "a record of Concord's");
        var json = bytes.AsMemory();
        return Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json, type, newest, path, null, advice);
    }

    /// <summary>Reads one line of a file of lines.</summary>
    /// <param name="json">The line.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="newest">The newest version that is known.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="line">The line's number, from 1, for errors.</param>
    /// <param name="advice">What to do where it cannot be read: a sentence.</param>
    /// <exception cref="ConcordException">The line is damaged, or of a newer version.</exception>
    public static T ReadLine<T>(
        ReadOnlyMemory<byte> json,
        JsonTypeInfo<T> type,
        int newest,
        string path,
        int line,
        string advice = "Remove the line."
    )
        where T : class => Parse(json, type, newest, path, line, advice);

    /// <summary>Writes a file that holds one record, indented, beside its place, and renames it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="record">The record.</param>
    /// <param name="type">What it is.</param>
    /// <param name="encoder">What is escaped in texts; null for all but plain ASCII.</param>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void Write<T>(string path, T record, JsonTypeInfo<T> type, JavaScriptEncoder? encoder = null) =>
        AtomicFile.WriteBytes(path, Bytes(record, type, encoder));

    /// <summary>What <see cref="Write"/> writes: indented, ending in a line feed.</summary>
    public static byte[] Bytes<T>(T record, JsonTypeInfo<T> type, JavaScriptEncoder? encoder = null)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = encoder,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
            JsonSerializer.Serialize(json, record, type);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>One line with its line feed.</summary>
    public static byte[] Line<T>(T record, JsonTypeInfo<T> type)
    {
        using var buffer = new MemoryStream();
        JsonSerializer.Serialize(buffer, record, type);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Whether a JSON object has a key at its top; false where it is no object.</summary>
    public static bool Has(ReadOnlySpan<byte> json, ReadOnlySpan<byte> key)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return JsonBytes.IsUnicode(json) && Find(ref reader, key);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static T Parse<T>(
        ReadOnlyMemory<byte> json,
        JsonTypeInfo<T> type,
        int newest,
        string path,
        int? line,
        string advice
    )
        where T : class
    {
        var place = line is { } at ? Invariant($"{path}, line {at}") : path;
        if (VersionOf(json.Span) is { } version && version >= newest + 1.0)
            throw new ConcordException(
                Invariant($"{place} is of version {version}; this Concord reads up to {newest}. Take a newer Concord.")
            );
        try
        {
            return JsonSerializer.Deserialize(json.Span, type)
                ?? throw new ConcordException($"{place} holds no JSON object. {advice}");
        }
        catch (JsonException error)
        {
            throw new ConcordException($"{Sentence(error, json, type, place, line is null)} {advice}", error);
        }
        catch (InvalidOperationException error)
        {
            // half a surrogate pair
            throw new ConcordException($"{place} is not valid JSON: {error.Message} {advice}", error);
        }
    }

    private static double? VersionOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return
                JsonBytes.IsUnicode(json) && Find(ref reader, "version"u8) && reader.TokenType == JsonTokenType.Number
                ? reader.GetDouble()
                : null;
        }
        catch (JsonException)
        {
            return null; // said when the whole is read
        }
    }

    // leaves the reader at the key's value
    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(key);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }

    private static string Sentence(
        JsonException error,
        ReadOnlyMemory<byte> json,
        JsonTypeInfo type,
        string place,
        bool named
    )
    {
        var where = named && error.LineNumber is { } line ? Invariant($"{place}, line {line + 1}") : place;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException syntax)
        {
            where = named && syntax.LineNumber is { } at ? Invariant($"{place}, line {at + 1}") : place;
            return $"{where} is not valid JSON: {syntax.Message}";
        }
        catch (InvalidOperationException)
        {
            return $"{place} is not valid JSON: a name in it is no valid Unicode.";
        }
        using (document)
        {
            var key = (error.Path ?? "$").TrimStart('$').TrimStart('.');
            if (Missing(error.Message) is { } missing)
                return $"{place} has no {(key.Length == 0 ? "" : key + ".")}{missing}.";
            if (Found(document.RootElement, type, error.Path ?? "$") is not var (value, expected))
                return $"{where}: {key} does not fit.";
            var raw = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)); // of bytes that may be no text
            var text = string.Join(' ', raw.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (text.Length > 80)
                text = text[..77] + "...";
            return key.Length == 0
                ? $"{place} holds {text}; expected {Words(expected)}."
                : $"{where}: {key} is {text}; expected {Words(expected)}.";
        }
    }

    private static (JsonElement Value, JsonTypeInfo Expected)? Found(JsonElement root, JsonTypeInfo type, string path)
    {
        try
        {
            return At(root, type, path);
        }
        catch (InvalidOperationException)
        {
            return null; // a name that is no valid Unicode cannot be compared
        }
    }

    // "... was missing required properties including: 'step', 'steps'."
    private static string? Missing(string message)
    {
        if (!message.Contains("missing required", StringComparison.Ordinal))
            return null;
        var names = message.Split('\'');
        return names.Length > 1 ? names[^2] : null;
    }

    private static string Words(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return bare == typeof(int) || bare == typeof(long) ? "an integer"
            : bare == typeof(double) ? "a number"
            : bare == typeof(bool) ? "true or false"
            : bare == typeof(string) ? "a text"
            : type.Kind switch
            {
                JsonTypeInfoKind.Enumerable => "a list",
                JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
                _ => "another form",
            };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // What stands, and what should, at "$.a.b[0]['c.d']".
    private static (JsonElement Value, JsonTypeInfo Expected)? At(JsonElement value, JsonTypeInfo type, string path)
    {
        foreach (var (name, index) in Steps(path))
        {
            if (index is { } at && value.ValueKind == JsonValueKind.Array && at < value.GetArrayLength())
                value = value[at];
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                return null;
            if (
                (type.ElementType ?? type.Properties.FirstOrDefault(one => one.Name == name)?.PropertyType)
                is not { } inner
            )
                return null;
            type = type.Options.GetTypeInfo(inner);
        }
        return (value, type);
    }

    private static IEnumerable<(string Name, int? Index)> Steps(string path)
    {
        for (var from = 1; from < path.Length; )
        {
            var quoted = path.AsSpan(from).StartsWith("['");
            var bracket = path[from] == '[';
            var end =
                quoted ? path.IndexOf("']", from, StringComparison.Ordinal)
                : bracket ? path.IndexOf(']', from)
                : path.IndexOfAny(['.', '['], from + 1);
            if (end < 0)
                end = path.Length;
            var name = path[Math.Min(from + (quoted ? 2 : 1), end)..end];
            yield return (
                name,
                bracket && !quoted && int.TryParse(name, CultureInfo.InvariantCulture, out var index) ? index : null
            );
            from =
                end
                + (
                    quoted ? 2
                    : bracket ? 1
                    : 0
                );
        }
    }
}
