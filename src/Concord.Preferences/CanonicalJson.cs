using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Preferences.Readers;

namespace Concord.Preferences;

/// <summary>
/// JSON in one spelling: no white space, keys in their order (one given twice has the last value at the first place, as
/// in Python), numbers in their shortest form, whole numbers and numbers with a point kept apart.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>A value.</summary>
    public static string Of(JsonElement value) => Write(writer => Write(writer, value));

    /// <summary>An object with these members.</summary>
    public static string Of(IReadOnlyList<(string Name, string Json)> members) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, json) in members)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(json, skipInputValidation: true);
            }
            writer.WriteEndObject();
        });

    /// <summary>A text.</summary>
    public static string Of(string text) => Write(writer => writer.WriteStringValue(text));

    /// <summary>A list of values that are JSON already.</summary>
    public static string List(IEnumerable<string> items) => $"[{string.Join(',', items)}]";

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
            write(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, member) in Members(value))
                {
                    writer.WritePropertyName(name);
                    Write(writer, member);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(JsonText.Of(value));
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value.GetRawText()), skipInputValidation: true);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>The members of an object; of a key given twice the last value, at the first one's place.</summary>
    public static IReadOnlyList<(string Name, JsonElement Value)> Members(JsonElement value)
    {
        var members = new List<(string Name, JsonElement Value)>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = JsonText.NameOf(member);
            if (!places.TryAdd(name, members.Count))
                members[places[name]] = (name, member.Value);
            else
                members.Add((name, member.Value));
        }
        return members;
    }

    private static string Number(string raw)
    {
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
            return raw.Length < 18
                ? BigInteger.Parse(raw, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
                : raw;
        var number = double.Parse(raw, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
            return number > 0 ? "1e999" : "-1e999";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }
}
