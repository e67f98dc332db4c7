using System.Globalization;
using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Fields of a record, each fetched with an error that says what was expected. Null counts as absent; numbers may come
/// as strings.
/// </summary>
internal static class JsonFields
{
    /// <summary>Whether the record has all these fields, none of them null.</summary>
    public static bool Has(this JsonElement record, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (record.Find(name) is null)
                return false;
        return true;
    }

    /// <summary>The field, or null where it is absent or null.</summary>
    public static JsonElement? Find(this JsonElement record, string name) =>
        record.ValueKind == JsonValueKind.Object
        && record.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The first of the fields that is there.</summary>
    public static JsonElement? FindFirst(this JsonElement record, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (record.Find(name) is { } value)
                return value;
        return null;
    }

    public static JsonElement Field(this JsonElement record, string name)
    {
        if (record.ValueKind != JsonValueKind.Object)
            throw new RecordException($"{Kind(record)}; an object was expected.");
        return record.Find(name) ?? throw new RecordException($"\"{name}\" is missing.");
    }

    public static string Text(this JsonElement record, string name)
    {
        var value = record.Field(name);
        return value.ValueKind == JsonValueKind.String
            ? JsonText.Of(value)
            : throw new RecordException($"\"{name}\" is {Kind(value)}; a text was expected.");
    }

    /// <summary>A text that may be absent, null or written as a number (ids of workers are).</summary>
    public static string? OptionalText(this JsonElement record, string name) =>
        record.Find(name) switch
        {
            { ValueKind: JsonValueKind.String } text => JsonText.Of(text),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

    public static double Number(this JsonElement record, string name) => ToNumber(record.Field(name), name);

    public static double? OptionalNumber(this JsonElement record, string name) =>
        record.Find(name) is { } value ? ToNumber(value, name) : null;

    public static double ToNumber(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
            return number;
        if (
            value.ValueKind == JsonValueKind.String
            && double.TryParse(JsonText.Of(value), NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number)
        )
            return number;
        throw new RecordException($"\"{name}\" is {Shown(value)}; a number was expected.");
    }

    /// <summary>A whole number out of a few that mean something.</summary>
    public static int Choice(this JsonElement record, string name, params ReadOnlySpan<int> allowed)
    {
        var number = record.Number(name);
        foreach (var choice in allowed)
            if (choice == number)
                return choice;
        throw new RecordException($"\"{name}\" is {Shown(record.Field(name))}; {List(allowed)} was expected.");
    }

    public static bool Flag(this JsonElement record, string name) =>
        record.Find(name) is { ValueKind: JsonValueKind.True };

    public static IReadOnlyList<JsonElement> Array(this JsonElement record, string name)
    {
        var value = record.Field(name);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : throw new RecordException($"\"{name}\" is {Kind(value)}; a list was expected.");
    }

    public static IReadOnlyList<string> Texts(this JsonElement record, string name) =>
        [
            .. record
                .Array(name)
                .Select(item =>
                    item.ValueKind == JsonValueKind.String
                        ? JsonText.Of(item)
                        : throw new RecordException($"\"{name}\" holds {Kind(item)}; texts were expected.")
                ),
        ];

    public static IReadOnlyList<double> Numbers(this JsonElement record, string name) =>
        [.. record.Array(name).Select(item => ToNumber(item, name))];

    public static IReadOnlyList<int> TokenIds(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new RecordException($"\"{name}\" is {Kind(list)}; a list of token ids was expected.");
        return
        [
            .. list.EnumerateArray()
                .Select(item =>
                    item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0
                        ? id
                        : throw new RecordException(
                            $"\"{name}\" holds {Shown(item)}; token ids (whole numbers from 0) were expected."
                        )
                ),
        ];
    }

    /// <summary>What a value is, in words.</summary>
    public static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            _ => "null",
        };

    /// <summary>A short value as it stands, a long one in words.</summary>
    public static string Shown(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= 40 ? raw : Kind(value);
    }

    private static string List(ReadOnlySpan<int> numbers)
    {
        var texts = new string[numbers.Length];
        for (var at = 0; at < texts.Length; at++)
            texts[at] = numbers[at].ToString(CultureInfo.InvariantCulture);
        return texts.Length == 1 ? texts[0] : $"{string.Join(", ", texts[..^1])} or {texts[^1]}";
    }
}
