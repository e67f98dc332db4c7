using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Concord.Foundation;

/// <summary>
/// JSON text with what .NET's reader refuses mended before it is read: bytes that are no UTF-8 and halves of surrogate
/// pairs, in names as in values, become U+FFFD, as a tokenizer's UTF-8 would have them.
/// </summary>
public static class JsonBytes
{
    private static ReadOnlySpan<byte> Replacement => "\\uFFFD"u8;

    /// <summary>Parses a record; what no text can hold in it is mended first.</summary>
    /// <param name="json">One JSON value.</param>
    /// <returns>A document whose names and texts can all be read.</returns>
    /// <exception cref="JsonException">It is no JSON, or nests deeper than <see cref="Limits.Depth"/>.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) =>
        JsonDocument.Parse(Mended(json), new JsonDocumentOptions { MaxDepth = Limits.Current.Depth });

    /// <summary>Whether all names and texts are valid Unicode; where they are not, .NET's reader throws.</summary>
    public static bool IsUnicode(ReadOnlySpan<byte> json) => Utf8.IsValid(json) && LoneHalf(json, 0) < 0;

    /// <summary>The bytes themselves where nothing is to be mended.</summary>
    public static ReadOnlyMemory<byte> Mended(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
        return LoneHalf(json.Span, 0) < 0 ? json : WithoutHalves(json.Span);
    }

    private static byte[] WithoutHalves(ReadOnlySpan<byte> json)
    {
        var mended = json.ToArray();
        for (var at = LoneHalf(json, 0); at >= 0; at = LoneHalf(json, at + Replacement.Length))
            Replacement.CopyTo(mended.AsSpan(at));
        return mended;
    }

    // Where an escape of half a pair without its other half begins, or -1.
    private static int LoneHalf(ReadOnlySpan<byte> json, int from)
    {
        while (json[from..].IndexOf((byte)'\\') is >= 0 and var next)
        {
            var at = from + next;
            if (Half(json, at) is not { } isFirst)
                from = Math.Min(at + 2, json.Length); // an escaped backslash is no escape's beginning
            else if (isFirst && Half(json, at + 6) is false)
                from = at + 12;
            else
                return at;
        }
        return -1;
    }

    // Whether the escape at a place is the first half of a pair or the second; null where it is neither.
    private static bool? Half(ReadOnlySpan<byte> json, int at)
    {
        if (at + 6 > json.Length || json[at] != '\\' || json[at + 1] != 'u' || (json[at + 2] | 0x20) != 'd')
            return null;
        foreach (var digit in json.Slice(at + 3, 3))
            if (!char.IsAsciiHexDigit((char)digit))
                return null;
        return (char)(json[at + 3] | 0x20) switch
        {
            '8' or '9' or 'a' or 'b' => true,
            'c' or 'd' or 'e' or 'f' => false,
            _ => null,
        };
    }
}
