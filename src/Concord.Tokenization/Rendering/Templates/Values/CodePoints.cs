using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Texts counted in code points, as Python counts them.</summary>
internal static class CodePoints
{
    public static int Count(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text.Length;
        var count = 0;
        for (var at = 0; at < text.Length; count++)
            at += Width(text, at);
        return count;
    }

    /// <summary>Each letter as a text.</summary>
    public static IEnumerable<object?> Letters(string text)
    {
        for (var at = 0; at < text.Length; )
        {
            var width = Width(text, at);
            yield return text.Substring(at, width);
            at += width;
        }
    }

    /// <summary>Where the letter of a number begins.</summary>
    public static int Place(ReadOnlySpan<char> text, int letter)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return Math.Min(letter, text.Length);
        var at = 0;
        for (; letter > 0 && at < text.Length; letter--)
            at += Width(text, at);
        return at;
    }

    /// <summary>The letters from one number to another.</summary>
    public static string Slice(string text, int from, int to)
    {
        if (to <= from)
            return "";
        var start = Place(text, from);
        return text.Substring(start, Place(text.AsSpan(start), to - from));
    }

    public static string Reverse(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var end = text.Length; end > 0; )
        {
            var width = end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;
            result.Append(text, end - width, width);
            end -= width;
        }
        return result.ToString();
    }

    /// <summary>
    /// By code points: letters beyond the first plane come last, where UTF-16 has them before U+E000.
    /// </summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[common], right[common]);
        if (char.IsSurrogate(a) != char.IsSurrogate(b))
            return char.IsSurrogate(a) ? 1 : -1;
        return a.CompareTo(b);
    }

    private static int Width(ReadOnlySpan<char> text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
}
