using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Fields of JSON objects inside a record, and values of any field, each fetched with an error that says what was
/// expected. Null counts as absent; numbers may come as strings.
/// </summary>
internal static class JsonFields
{
    /// <summary>Whether the object has all these fields, none of them null.</summary>
    public static bool Has(this JsonElement value, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (value.Find(name) is null)
                return false;
        return true;
    }

    /// <summary>The field, or null where it is absent or null.</summary>
    public static JsonElement? Find(this JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        try
        {
            return value.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;
        }
        catch (InvalidOperationException)
        {
            // a name beside it that is no text
            foreach (var field in value.EnumerateObject())
                if (JsonText.NameOf(field) == name && field.Value.ValueKind != JsonValueKind.Null)
                    return field.Value;
            return null;
        }
    }

    /// <summary>The first of the fields that is there.</summary>
    public static JsonElement? FindFirst(this JsonElement value, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (value.Find(name) is { } field)
                return field;
        return null;
    }

    /// <summary>A text that may be absent, null or written as a number.</summary>
    public static string? OptionalText(this JsonElement value, string name) =>
        value.Find(name) is { } field ? AsText(field) : null;

    /// <summary>A text, or a number as it is written; null where it is something else.</summary>
    public static string? AsText(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => JsonText.Of(value),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

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
    public static int Choice(JsonElement value, string name, params ReadOnlySpan<int> allowed)
    {
        var number = ToNumber(value, name);
        foreach (var choice in allowed)
            if (choice == number)
                return choice;
        throw new RecordException($"\"{name}\" is {Shown(value)}; {List(allowed)} was expected.");
    }

    public static IReadOnlyList<JsonElement> Items(JsonElement list, string name) =>
        list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()]
            : throw new RecordException($"\"{name}\" is {Kind(list)}; a list was expected.");

    public static IReadOnlyList<string> Texts(JsonElement list, string name) =>
        [
            .. Items(list, name)
                .Select(item =>
                    item.ValueKind == JsonValueKind.String
                        ? JsonText.Of(item)
                        : throw new RecordException($"\"{name}\" holds {Kind(item)}; texts were expected.")
                ),
        ];

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
        var raw = JsonMarshal.GetRawUtf8Value(value); // GetRawText refuses what is no UTF-8
        return raw.Length <= 40 ? Encoding.UTF8.GetString(raw) : Kind(value);
    }

    private static string List(ReadOnlySpan<int> numbers)
    {
        var texts = new string[numbers.Length];
        for (var at = 0; at < texts.Length; at++)
            texts[at] = numbers[at].ToString(CultureInfo.InvariantCulture);
        return texts.Length == 1 ? texts[0] : $"{string.Join(", ", texts[..^1])} or {texts[^1]}";
    }
}
