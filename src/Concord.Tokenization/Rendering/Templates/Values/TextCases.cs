using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of texts that ask for kinds of letters, or change them.</summary>
internal static class TextCases
{
    public static Func<Arguments, object?>? Find(string text, string name)
    {
        Func<object?>? result = name switch
        {
            "upper" => () => Letters.Upper(text),
            "lower" or "casefold" => () =>
                name == "lower"
                    ? Letters.Lower(text)
                    : Letters.Lower(text.Replace("ß", "ss", StringComparison.Ordinal)),
            "title" => () => Letters.Title(text),
            "capitalize" => () => Letters.Capitalize(text),
            "swapcase" => () => Letters.SwapCase(text),
            "isalpha" => () => All(text, Letters.IsAlpha),
            "isdigit" => () => All(text, Letters.IsDigit),
            "isdecimal" => () => All(text, Letters.IsDecimal),
            "isnumeric" => () => All(text, Letters.IsNumeric),
            "isalnum" => () => All(text, rune => Letters.IsAlpha(rune) || Letters.IsNumeric(rune)),
            "isspace" => () => All(text, Letters.IsSpace),
            "isascii" => () => Ascii.IsValid(text),
            "isprintable" => () => text.EnumerateRunes().All(Letters.IsPrintable),
            "isupper" => () => IsUpper(text),
            "islower" => () => IsLower(text),
            "istitle" => () => IsTitle(text),
            "isidentifier" => () =>
                text.Length > 0
                && text.EnumerateRunes().All(rune => rune.Value == '_' || Rune.IsLetterOrDigit(rune))
                && !char.IsDigit(text[0]),
            _ => null,
        };
        if (result is null)
            return null;
        return arguments =>
        {
            arguments.Bind(name);
            return result();
        };
    }

    public static bool IsUpper(string text) =>
        text.EnumerateRunes().Any(Letters.IsUpper)
        && !text.EnumerateRunes().Any(rune => Letters.IsLower(rune) || Letters.IsTitle(rune));

    public static bool IsLower(string text) =>
        text.EnumerateRunes().Any(Letters.IsLower)
        && !text.EnumerateRunes().Any(rune => Letters.IsUpper(rune) || Letters.IsTitle(rune));

    private static bool IsTitle(string text)
    {
        var (inWord, any) = (false, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isFirst = Letters.IsUpper(rune) || Letters.IsTitle(rune);
            if (isFirst && inWord || Letters.IsLower(rune) && !inWord)
                return false;
            inWord = Letters.IsCased(rune);
            any |= inWord;
        }
        return any;
    }

    private static bool All(string text, Func<Rune, bool> holds) => text.Length > 0 && text.EnumerateRunes().All(holds);
}
