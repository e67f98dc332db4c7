using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// The text of a JSON string, also where it holds what .NET's reader refuses: lone surrogates and bytes that are no
/// UTF-8. Both become U+FFFD, as a tokenizer's UTF-8 would have them.
/// </summary>
internal static class JsonText
{
    private const char Replacement = '\uFFFD';

    public static string Of(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(text)), 1);
        }
    }

    /// <summary>Whether a value is this text.</summary>
    public static bool IsText(JsonElement value, string text) =>
        value.ValueKind == JsonValueKind.String && Of(value) == text;

    /// <summary>The name of a member, read as a text is.</summary>
    public static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(member)), 0);
        }
    }

    // The document's reader has checked quotes and escapes already.
    private static string Unescape(string raw, int quotes)
    {
        var text = new StringBuilder(raw.Length);
        for (var at = quotes; at < raw.Length - quotes; at++)
        {
            if (raw[at] != '\\')
            {
                text.Append(raw[at]);
                continue;
            }
            var escape = raw[++at];
            text.Append(
                escape switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\b',
                    'f' => '\f',
                    'u' => (char)
                        ushort.Parse(raw.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    _ => escape,
                }
            );
            if (escape == 'u')
                at += 4;
        }
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
                continue;
            if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
                at++;
            else
                text[at] = Replacement;
        }
        return text.ToString();
    }
}
