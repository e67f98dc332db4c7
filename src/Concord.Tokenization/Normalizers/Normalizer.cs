using System.Text;
using Concord.Tokenization.Patterns;
using Concord.Tokenization.PreTokenizers;
using Concord.Tokenization.Unicode;

namespace Concord.Tokenization.Normalizers;

/// <summary>Rewrites a stretch of text between added tokens before it is cut into words.</summary>
internal abstract class Normalizer
{
    /// <summary>The rewritten text.</summary>
    public abstract string Normalize(string text);
}

/// <summary>One after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> parts) : Normalizer
{
    public override string Normalize(string text) =>
        parts.Aggregate(
            text,
            static (current, part) =>
            {
                var next = part.Normalize(current);
                TextWork.Grow(next.Length);
                return next;
            }
        );
}

/// <summary>NFC, NFD, NFKC or NFKD.</summary>
internal sealed class UnicodeFormNormalizer(bool compose, bool compatibility) : Normalizer
{
    public override string Normalize(string text) => UnicodeNormalizer.Normalize(text, compose, compatibility);
}

/// <summary>Puts a string before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override string Normalize(string text)
    {
        if (text.Length == 0)
            return text;
        TextWork.Grow(prefix.Length + text.Length);
        return prefix + text;
    }
}

/// <summary>Replaces every match of a pattern by a string.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    public override string Normalize(string text) => Replacement.Replace(text, pattern, content);
}

/// <summary>Lower case, code point by code point: no rule looks at neighbours.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // The one code point whose lower case is two.
            if (rune.Value == 0x130)
                result.Append("i\u0307");
            else
                result.Append(Rune.ToLowerInvariant(rune).ToString());
        }
        return result.ToString();
    }
}

/// <summary>Removes combining marks.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (!UnicodeNormalizer.IsMark(rune.Value))
                result.Append(rune.ToString());
        return result.ToString();
    }
}

/// <summary>Removes white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override string Normalize(string text)
    {
        int start = 0,
            end = text.Length;
        while (left && start < end && UnicodeTable.IsWhitespace(text[start]))
            start++;
        while (right && end > start && UnicodeTable.IsWhitespace(text[end - 1]))
            end--;
        return text[start..end];
    }
}

/// <summary>Writes bytes as letters.</summary>
internal sealed class ByteLettersNormalizer : Normalizer
{
    public override string Normalize(string text) => ByteAlphabet.Write(text);
}

/// <summary>Replacing the matches of a pattern.</summary>
internal static class Replacement
{
    public static string Replace(string text, TextPattern pattern, string content)
    {
        var (start, end) = pattern.Next(text, 0);
        if (start < 0)
            return text;
        var result = new StringBuilder(text.Length);
        var previous = 0;
        while (start >= 0)
        {
            TextWork.Grow(start - previous + content.Length);
            result.Append(text, previous, start - previous).Append(content);
            previous = end;
            // An empty match moves on by one code point, or it would be found again.
            var from = end > start ? end : end + (end + 1 < text.Length && char.IsHighSurrogate(text[end]) ? 2 : 1);
            if (from > text.Length)
                break;
            (start, end) = pattern.Next(text, from);
        }
        return result.Append(text, previous, text.Length - previous).ToString();
    }
}
