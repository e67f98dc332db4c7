using System.Globalization;
using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Texts as numbers, and rounding, as Python's <c>int</c>, <c>float</c> and <c>round</c> have them.</summary>
internal static class PythonNumber
{
    /// <summary>A whole number in a base (0: as the prefix says), or null.</summary>
    public static BigInteger? Whole(string text, int @base)
    {
        var digits = TextParts.Strip(text, null, true, true);
        if (digits.Length > 4300 || @base is < 0 or 1 or > 36)
            return null;
        var negative = digits.StartsWith('-');
        if (digits.Length > 0 && digits[0] is '-' or '+')
            digits = digits[1..];
        var prefix = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) : ' ';
        var of = prefix switch
        {
            'x' => 16,
            'o' => 8,
            'b' => 2,
            _ => 0,
        };
        if (of > 0 && (@base == 0 || @base == of))
        {
            (digits, @base) = (digits[2..], of);
            if (digits.StartsWith('_'))
                digits = digits[1..];
        }
        if (@base == 0)
            @base = 10;
        if (digits.Length == 0 || digits[^1] == '_')
            return null;
        var value = BigInteger.Zero;
        for (var at = 0; at < digits.Length; at++)
        {
            if (digits[at] == '_' && at > 0 && digits[at - 1] != '_')
                continue;
            var digit = Digit(digits[at]);
            if (digit < 0 || digit >= @base)
                return null;
            value = value * @base + digit;
        }
        return negative ? -value : value;
    }

    /// <summary>A float, or null.</summary>
    public static double? Float(string text)
    {
        var number = TextParts.Strip(text, null, true, true);
        var unsigned = number.TrimStart('+', '-').ToLowerInvariant();
        if (unsigned is "nan" or "inf" or "infinity" && number.Length - unsigned.Length <= 1)
            return unsigned == "nan" ? double.NaN
                : number[0] == '-' ? double.NegativeInfinity
                : double.PositiveInfinity;
        if (number.Contains('_') && !IsGrouped(number))
            return null;
        return
            double.TryParse(
                number.Replace("_", "", StringComparison.Ordinal),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out var value
            ) && !unsigned.Any(unit => unit is 'n' or 'i' or '∞')
            ? value
            : null;
    }

    /// <summary>A float with so many digits behind the point, halves to the even one by its exact value.</summary>
    public static double Round(double number, int digits)
    {
        if (!double.IsFinite(number) || digits > 323)
            return number;
        if (digits < -308)
            return Math.CopySign(0, number);
        if (digits >= 0)
            return
                double.Parse(
                    number.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
                    CultureInfo.InvariantCulture
                )
                    is var rounded
                && digits == 0
                ? Math.Round(number, MidpointRounding.ToEven)
                : rounded;
        var unit = Math.Pow(10, -digits);
        return Math.Round(number / unit, MidpointRounding.ToEven) * unit;
    }

    private static bool IsGrouped(string number) =>
        Enumerable
            .Range(0, number.Length)
            .Where(at => number[at] == '_')
            .All(at =>
                at > 0
                && at + 1 < number.Length
                && char.IsAsciiDigit(number[at - 1])
                && char.IsAsciiDigit(number[at + 1])
            );

    private static int Digit(char unit) =>
        char.IsAsciiDigit(unit) ? unit - '0'
        : char.IsAsciiLetter(unit) ? char.ToLowerInvariant(unit) - 'a' + 10
        : CharUnicodeInfo.GetDecimalDigitValue(unit);
}
