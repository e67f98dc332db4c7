using System.Globalization;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Floats by the letters of Python's formats: e, f, g and their kin.</summary>
internal static class FloatFormat
{
    /// <summary>A number that is not negative.</summary>
    public static string Of(double number, char type, int? precision, bool alternate)
    {
        var isUpper = type is 'E' or 'F' or 'G';
        if (!double.IsFinite(number))
        {
            var name = double.IsNaN(number) ? "nan" : "inf";
            return (isUpper ? name.ToUpperInvariant() : name) + (type == '%' ? "%" : "");
        }
        var text = char.ToLowerInvariant(type) switch
        {
            'f' => Fixed(number, precision ?? 6),
            '%' => Fixed(number * 100, precision ?? 6) + "%",
            'e' => Scientific(number, precision ?? 6),
            'g' or 'n' => General(number, precision ?? 6, alternate),
            '\0' => precision is { } digits ? WithPoint(number, digits) : Numbers.Text(number),
            _ => throw new TemplateException($"'{type}' is no format of a float"),
        };
        return isUpper ? text.ToUpperInvariant() : text;
    }

    private static string Fixed(double number, int digits) =>
        number.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Scientific(double number, int digits)
    {
        var text = number.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        return $"{text[..e]}e{Numbers.Exponent(int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture))}";
    }

    private static string General(double number, int digits, bool keepZeros)
    {
        digits = Math.Max(1, digits);
        var scientific = Scientific(number, digits - 1);
        var e = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(e + 1), CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < digits)
            return Trim(Fixed(number, digits - 1 - exponent), keepZeros);
        return Trim(scientific[..e], keepZeros) + scientific[e..];
    }

    // Without a letter, a float is general with at least one digit behind the point.
    private static string WithPoint(double number, int digits)
    {
        var text = General(number, digits, false);
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    private static string Trim(string text, bool keepZeros) =>
        keepZeros || !text.Contains('.') ? text : text.TrimEnd('0').TrimEnd('.');
}
