using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>The tools that a record offers the model: a list, or the same as a text.</summary>
internal static class CarriedTools
{
    /// <summary>A JSON list in canonical form, or another text as it stands; null where there are none.</summary>
    public static string? Of(JsonElement? value)
    {
        if (value is not { } tools)
            return null;
        switch (tools.ValueKind)
        {
            case JsonValueKind.Array:
                return tools.GetArrayLength() == 0 ? null : CanonicalJson.Of(tools);
            case JsonValueKind.Object:
                return CanonicalJson.List([CanonicalJson.Of(tools)]);
            case JsonValueKind.String:
                return OfText(JsonText.Of(tools));
            default:
                throw new RecordException($"\"tools\" is {JsonFields.Kind(tools)}; a list was expected.");
        }
    }

    private static string? OfText(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => document.RootElement.GetArrayLength() == 0
                    ? null
                    : CanonicalJson.Of(document.RootElement),
                JsonValueKind.Object => CanonicalJson.List([CanonicalJson.Of(document.RootElement)]),
                JsonValueKind.Null => null,
                _ => text,
            };
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
