using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Concord.Preferences;
using Concord.Preferences.Readers;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>JSON as values: whole numbers without a point are whole numbers, all others floats.</summary>
internal static class JsonReader
{
    public static object? Read(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => CanonicalJson
                .Members(element)
                .Aggregate(new Mapping(), (mapping, member) => mapping.With(member.Name, Read(member.Value))),
            JsonValueKind.Array => new Sequence([.. element.EnumerateArray().Select(Read)]),
            JsonValueKind.String => JsonText.Of(element),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => Number(element.GetRawText()),
            _ => null,
        };

    /// <summary>A text of JSON.</summary>
    public static object? Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    private static object Number(string raw)
    {
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
            return double.Parse(raw, CultureInfo.InvariantCulture);
        return raw.Length <= 4300
            ? BigInteger.Parse(raw, CultureInfo.InvariantCulture)
            : throw new TemplateException("a number has too many digits");
    }
}
