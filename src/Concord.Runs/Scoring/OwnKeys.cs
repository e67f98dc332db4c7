using System.Text.Json;

namespace Concord.Runs.Scoring;

/// <summary>
/// The keys of a record as they were, to be written into its line of scores: at its top where their names are free,
/// else under <c>input</c>, unless the line says the same under that name.
/// </summary>
internal sealed class OwnKeys
{
    private const string Input = "input";

    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        "version",
        "file",
        "line",
        "source",
        "prompt_id",
        "rewards",
        "scores",
        "annotator",
        "temperature",
        "judgements",
        "comparisons",
        "lengths",
        "tokens",
        "truncated",
        "error",
        Input,
    };

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 512 };

    private readonly OrderedDictionary<string, JsonElement> keys = new(StringComparer.Ordinal);
    private readonly JsonElement? whole; // a record that has no keys

    /// <summary>Of a record; null for one that is no JSON.</summary>
    public OwnKeys(JsonElement? record)
    {
        if (record is not { ValueKind: JsonValueKind.Object } some)
        {
            whole = record;
            return;
        }
        foreach (var property in some.EnumerateObject())
            if (Name(property) is { } name)
                keys[name] = property.Value; // of a name given twice the last, as readers take it
    }

    /// <summary>The record, or null where it is no JSON.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> record)
    {
        try
        {
            return record.IsEmpty ? null : JsonDocument.Parse(record, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Says that the line holds a text under a name.</summary>
    public void Kept(string name, string text)
    {
        if (
            keys.TryGetValue(name, out var own)
            && (
                own.ValueKind == JsonValueKind.String
                    ? own.ValueEquals(text)
                    : own.ValueKind == JsonValueKind.Number && own.GetRawText() == text
            )
        )
            keys.Remove(name);
    }

    /// <summary>Says that the line holds numbers under a name.</summary>
    public void Kept(string name, IReadOnlyList<double> numbers)
    {
        if (
            keys.TryGetValue(name, out var own)
            && own.ValueKind == JsonValueKind.Array
            && own.GetArrayLength() == numbers.Count
            && own.EnumerateArray()
                .Zip(numbers)
                .All(pair => pair.First.ValueKind == JsonValueKind.Number && pair.First.GetDouble() == pair.Second)
        )
            keys.Remove(name);
    }

    /// <summary>Writes them, each to the letter.</summary>
    public void Write(Utf8JsonWriter json)
    {
        foreach (var (name, value) in keys.Where(key => !Taken.Contains(key.Key)))
            Write(json, name, value);
        var moved = keys.Where(key => Taken.Contains(key.Key)).ToArray();
        if (whole is { } record)
            Write(json, Input, record);
        else if (moved.Length > 0)
        {
            json.WriteStartObject(Input);
            foreach (var (name, value) in moved)
                Write(json, name, value);
            json.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        // line feeds may stand between the parts of a value, and a line is one line
        var raw = value.GetRawText();
        if (raw.AsSpan().IndexOfAny('\n', '\r') >= 0)
            value.WriteTo(json);
        else
            json.WriteRawValue(raw, skipInputValidation: true);
    }

    // null for a name of half a character, which no line could hold
    private static string? Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
