using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>One field of a record read without the rest of it.</summary>
internal static class TopLevelText
{
    /// <summary>A text, or a number as it is written; null where the record has none or is no JSON object.</summary>
    public static string? Of(ReadOnlySpan<byte> record, string name)
    {
        var reader = new Utf8JsonReader(record, new JsonReaderOptions { MaxDepth = Limits.Current.Depth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals(name);
                if (!reader.Read())
                    return null;
                if (!found)
                {
                    reader.Skip();
                    continue;
                }
                return reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString() is { } text && !string.IsNullOrWhiteSpace(text)
                        ? text.Trim()
                        : null,
                    JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
                    _ => null,
                };
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // the reading itself says what is wrong
        }
        return null;
    }
}
