using System.Text.Json;
using Concord.Foundation;

namespace Concord.Modeling.Files;

/// <summary>
/// A JSON object of settings whose values are read by key and checked; every error names the file and the key. A null
/// counts as absent.
/// </summary>
internal sealed class ConfigDocument : IDisposable
{
    private readonly JsonDocument? owner;
    private readonly JsonElement root;
    private readonly string prefix;

    private ConfigDocument(JsonDocument? owner, JsonElement root, string file, string prefix)
    {
        (this.owner, this.root, File, this.prefix) = (owner, root, file, prefix);
    }

    public string File { get; }

    /// <summary>Reads a file that holds one JSON object.</summary>
    public static ConfigDocument Load(string file) => Parse(ReadBytes(file), file);

    /// <summary>The bytes of a file, at most <see cref="Limits.DocumentBytes"/>.</summary>
    public static byte[] ReadBytes(string file)
    {
        if (!System.IO.File.Exists(file))
            throw new ConcordException(
                $"{file} does not exist. A model is a Hugging Face folder with config.json, safetensors files and a "
                    + $"tokenizer."
            );
        return InputFile.ReadBytes(file, "a model's JSON file");
    }

    /// <summary>The bytes after a byte order mark, where there is one.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    /// <summary>Reads bytes; <paramref name="file"/> is only named in errors.</summary>
    public static ConfigDocument Parse(ReadOnlyMemory<byte> bytes, string file)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(
                WithoutMark(bytes),
                new JsonDocumentOptions { AllowDuplicateProperties = false }
            );
            ReadAllTexts(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            var start = bytes.Span[..Math.Min(bytes.Length, ForeignFile.Enough)];
            throw new ConcordException(
                ForeignFile.Describe(start) is { } foreign
                    ? $"{file} is not JSON: {foreign}"
                    : $"{file} is not valid JSON{JsonErrors.Place(error)}: {JsonErrors.Said(error)} Download or "
                        + $"write it again.",
                error
            );
        }
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return new ConfigDocument(document, document.RootElement, file, "");
        document.Dispose();
        throw new ConcordException(
            $"{file} holds no JSON object; expected the settings of a model as {{\"model_type\": ..}}."
        );
    }

    public bool Has(string key) => Value(key) is not null;

    /// <summary>The value is a text.</summary>
    public bool IsText(string key) => Value(key) is { ValueKind: JsonValueKind.String };

    /// <summary>The value is none of null, false, 0, and empty text, list or object.</summary>
    public bool SaysSomething(string key) =>
        Value(key) is { } value
        && value.ValueKind switch
        {
            JsonValueKind.False => false,
            JsonValueKind.String => value.GetString()!.Length > 0,
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.GetPropertyCount() > 0,
            JsonValueKind.Number => !value.TryGetDouble(out var number) || number != 0,
            _ => true,
        };

    /// <summary>The value is the number 1.</summary>
    public bool IsOne(string key) =>
        Value(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && number == 1;

    /// <summary>Both hold the same values, in whatever order.</summary>
    public bool Same(ConfigDocument other) => JsonElement.DeepEquals(root, other.root);

    public int? Integer(string key, int least, int most)
    {
        if (Value(key) is not { } value)
            return null;
        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetInt32(out var number)
            || number < least
            || number > most
        )
            throw Wrong(key, value, $"an integer from {least} to {most}");
        return number;
    }

    /// <summary>A finite number above zero.</summary>
    public double? Positive(string key) =>
        Number(key) switch
        {
            null => null,
            > 0 and var number => number,
            _ => throw Wrong(key, "a number above 0"),
        };

    /// <summary>A finite number.</summary>
    public double? Number(string key)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            throw Wrong(key, value, "a finite number");
        return number;
    }

    public bool? Boolean(string key) =>
        Value(key) is not { } value
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw Wrong(key, value, "true or false"),
            };

    public string? Text(string key)
    {
        if (Value(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, value, "a text");
    }

    public IReadOnlyList<string>? Texts(string key)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(key, value, "a list of texts");
        return
        [
            .. value
                .EnumerateArray()
                .Select(item =>
                    item.ValueKind == JsonValueKind.String
                        ? item.GetString()!
                        : throw Wrong(key, value, "a list of texts")
                ),
        ];
    }

    /// <summary>Integers, or a single one.</summary>
    public IReadOnlyList<int>? Integers(string key, int least, int most)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            return [Integer(key, least, most)!.Value];
        return
        [
            .. value
                .EnumerateArray()
                .Select(item =>
                    item.ValueKind == JsonValueKind.Number
                    && item.TryGetInt32(out var number)
                    && number >= least
                    && number <= most
                        ? number
                        : throw Wrong(key, value, $"integers from {least} to {most}")
                ),
        ];
    }

    /// <summary>A token id, the first of a list of them; negative ones stand for none.</summary>
    public int? TokenId(string key)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Array)
        {
            if (value.GetArrayLength() == 0)
                return null;
            value = value[0];
        }
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var id))
            throw Wrong(key, value, "a token id");
        return id < 0 ? null : id;
    }

    /// <summary>An object inside this one; its errors name <paramref name="key"/> too.</summary>
    public ConfigDocument? Object(string key)
    {
        if (Value(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? new ConfigDocument(null, value, File, $"{prefix}{key}.")
            : throw Wrong(key, value, "an object");
    }

    /// <summary>The key is there, be it with a null.</summary>
    public bool Names(string key) => root.TryGetProperty(key, out _);

    /// <summary>All keys, in the order of the file.</summary>
    public IEnumerable<string> Keys => root.EnumerateObject().Select(property => property.Name);

    /// <summary>Some value is itself an object.</summary>
    public bool HasInnerObject =>
        root.EnumerateObject().Any(property => property.Value.ValueKind == JsonValueKind.Object);

    public ConcordException Missing(string key) =>
        new($"{File} has no {prefix}{key}, which this model needs. Add it, or take the model's own config.json.");

    public ConcordException Wrong(string key, string expected) =>
        Value(key) is { } value ? Wrong(key, value, expected) : Missing(key);

    public void Dispose() => owner?.Dispose();

    private JsonElement? Value(string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    // Texts that are not valid Unicode are found only when they are read: read here, they are one error and not one at
    // every place.
    private static void ReadAllTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadAllTexts(property.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    ReadAllTexts(item);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    private ConcordException Wrong(string key, JsonElement value, string expected)
    {
        var text = value.GetRawText();
        return new($"{File}: {prefix}{key} is {(text.Length <= 80 ? text : text[..77] + "...")}; expected {expected}.");
    }
}
