using System.Globalization;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>What Python's text methods know of letters.</summary>
internal static class Letters
{
    private const int FinalSigma = 'ς';
    private const int Sigma = 'σ';

    public static bool IsAlpha(Rune rune) => Rune.IsLetter(rune);

    public static bool IsDecimal(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    public static bool IsNumeric(Rune rune) => Rune.GetNumericValue(rune) >= 0 || IsDigit(rune);

    public static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value is >= 0x1c and <= 0x1f;

    public static bool IsUpper(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter
        || rune.Value
            is >= 0x2160
                and <= 0x216F
                or >= 0x24B6
                and <= 0x24CF
                or >= 0x1F130
                and <= 0x1F149
                or >= 0x1F150
                and <= 0x1F169
                or >= 0x1F170
                and <= 0x1F189;

    public static bool IsTitle(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    public static bool IsLower(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter
        || rune.Value
            is 0xAA
                or 0xBA
                or >= 0x2B0
                and <= 0x2B8
                or >= 0x2C0
                and <= 0x2C1
                or >= 0x2E0
                and <= 0x2E4
                or 0x345
                or 0x37A
                or >= 0x1D2C
                and <= 0x1D6A
                or 0x1D78
                or >= 0x1D9B
                and <= 0x1DBF
                or 0x2071
                or 0x207F
                or >= 0x2090
                and <= 0x209C
                or >= 0x2170
                and <= 0x217F
                or >= 0x24D0
                and <= 0x24E9
                or >= 0x2C7C
                and <= 0x2C7D
                or >= 0xA69C
                and <= 0xA69D
                or 0xA770
                or >= 0xA7F8
                and <= 0xA7F9
                or >= 0xAB5C
                and <= 0xAB5F;

    public static bool IsCased(Rune rune) => IsUpper(rune) || IsLower(rune) || IsTitle(rune);

    public static bool IsPrintable(Rune rune) =>
        rune.Value == ' '
        || Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator
            );

    public static string Upper(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToUpperInvariant();
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            result.Append(UpperOf(rune));
        return result.ToString();
    }

    public static string Lower(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length);
        Rune[] runes = [.. text.EnumerateRunes()];
        for (var at = 0; at < runes.Length; at++)
            result.Append(LowerOf(runes, at));
        return result.ToString();
    }

    /// <summary>The first letter as at the beginning of a word, the others small.</summary>
    public static string Capitalize(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < runes.Length; at++)
            result.Append(at == 0 ? TitleOf(runes[0]) : LowerOf(runes, at));
        return result.ToString();
    }

    /// <summary>Words as <c>str.title</c> sees them: letters after what is none.</summary>
    public static string Title(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        var result = new StringBuilder(text.Length);
        var inWord = false;
        for (var at = 0; at < runes.Length; at++)
        {
            result.Append(inWord ? LowerOf(runes, at) : TitleOf(runes[at]));
            inWord = IsCased(runes[at]);
        }
        return result.ToString();
    }

    public static string SwapCase(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < runes.Length; at++)
            result.Append(
                IsUpper(runes[at]) ? LowerOf(runes, at)
                : IsLower(runes[at]) ? UpperOf(runes[at])
                : runes[at].ToString()
            );
        return result.ToString();
    }

    private static string UpperOf(Rune rune)
    {
        var letter = rune.ToString();
        return SpecialCapitals.Upper.TryGetValue(letter, out var special) ? special
            : rune.Value == 'ı' ? "I"
            : Rune.ToUpperInvariant(rune).ToString();
    }

    private static string TitleOf(Rune rune) =>
        SpecialCapitals.Title.TryGetValue(rune.ToString(), out var special) ? special : UpperOf(rune);

    private static string LowerOf(Rune[] runes, int at) =>
        runes[at].Value switch
        {
            'İ' => "i\u0307",
            'Σ' => ((char)(EndsWord(runes, at) ? FinalSigma : Sigma)).ToString(),
            _ => Rune.ToLowerInvariant(runes[at]).ToString(),
        };

    // Unicode's rule for a final sigma: a letter before it, none after it, marks and apostrophes not counted.
    private static bool EndsWord(Rune[] runes, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsIgnored(runes[before]))
            before--;
        var after = at + 1;
        while (after < runes.Length && IsIgnored(runes[after]))
            after++;
        return before >= 0 && IsCased(runes[before]) && (after >= runes.Length || !IsCased(runes[after]));
    }

    private static bool IsIgnored(Rune rune) =>
        rune.Value is '\'' or '.' or ':' or '·' or '’' or '^' or '`' or '¨' or 0xAD
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.ModifierSymbol;
}
