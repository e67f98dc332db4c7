using System.Globalization;
using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>
/// Python's format specifications: <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.
/// </summary>
internal sealed record FormatSpecification
{
    private const int Widest = 1 << 20;

    private string Fill { get; init; } = " ";

    private char Align { get; init; }

    private char Sign { get; init; } = '-';

    private bool Alternate { get; init; }

    private int Width { get; init; }

    private char Grouping { get; init; }

    private int? Precision { get; init; }

    private char Type { get; init; }

    /// <summary>A value by a specification.</summary>
    /// <exception cref="TemplateException">The specification is none, or is not for such a value.</exception>
    public static string Apply(object? value, string specification)
    {
        if (specification.Length == 0)
            return Python.Text(value);
        var parsed = Parse(specification);
        return value switch
        {
            string or Markup => parsed.Text(Python.AsText(value)!),
            bool flag when parsed.Type is '\0' or 's' => parsed.Text(flag ? "True" : "False"),
            bool or BigInteger or double => parsed.Number(value),
            _ => throw new TemplateException($"the format '{specification}' is not for {Describe.Kind(value)}"),
        };
    }

    private static FormatSpecification Parse(string text)
    {
        var at = 0;
        var parsed = new FormatSpecification();
        var width = text.Length > 0 && char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        if (text.Length > width && text[width] is '<' or '>' or '=' or '^')
        {
            parsed = parsed with { Fill = text[..width], Align = text[width] };
            at = width + 1;
        }
        else if (text.Length > 0 && text[0] is '<' or '>' or '=' or '^')
            parsed = parsed with { Align = text[at++] };
        if (at < text.Length && text[at] is '+' or '-' or ' ')
            parsed = parsed with { Sign = text[at++] };
        if (at < text.Length && text[at] == '#')
            (parsed, at) = (parsed with { Alternate = true }, at + 1);
        if (at < text.Length && text[at] == '0')
        {
            if (parsed.Align == '\0')
                parsed = parsed with { Fill = "0", Align = '=' };
            at++;
        }
        parsed = parsed with { Width = Count(text, ref at) ?? 0 };
        if (at < text.Length && text[at] is ',' or '_')
            parsed = parsed with { Grouping = text[at++] };
        if (at < text.Length && text[at] == '.')
        {
            at++;
            parsed = parsed with
            {
                Precision =
                    Count(text, ref at) ?? throw new TemplateException($"the format '{text}' needs a precision"),
            };
        }
        if (at < text.Length)
            parsed = parsed with { Type = text[at++] };
        return at == text.Length ? parsed : throw new TemplateException($"'{text}' is no format");
    }

    private static int? Count(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start)
            return null;
        return
            int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var count) && count <= Widest
            ? count
            : throw new TemplateException($"a width or precision in the format '{text}' is above {Widest}");
    }

    private string Text(string text)
    {
        if (Type is not ('\0' or 's') || Align == '=' && Fill != "0" || Grouping != '\0')
            throw new TemplateException("a format of a text has what is for numbers only");
        if (Precision is { } precision)
            text = CodePoints.Slice(text, 0, precision);
        return Pad(text, "", Align is '\0' or '=' ? '<' : Align);
    }

    private string Number(object? value)
    {
        var type = Type;
        if (type == '\0' && value is not double)
            type = 'd';
        string digits;
        string prefix;
        bool negative;
        if (type is 'd' or 'b' or 'o' or 'x' or 'X' or 'c' or 'n' && value is not double)
        {
            var number = Python.AsInteger(value)!.Value;
            if (Precision is not null)
                throw new TemplateException("a format of a whole number has a precision");
            (negative, digits) = (number.Sign < 0, Whole(BigInteger.Abs(number), type));
            prefix = Alternate
                ? type switch
                {
                    'b' => "0b",
                    'o' => "0o",
                    'x' => "0x",
                    'X' => "0X",
                    _ => "",
                }
                : "";
            digits = Grouped(digits, type is 'd' or 'n' ? 3 : 4);
        }
        else
        {
            var number = Python.AsDouble(value);
            (negative, prefix) = (double.IsNegative(number) && !double.IsNaN(number), "");
            var text = FloatFormat.Of(Math.Abs(number), type, Precision, Alternate);
            var whole = 0;
            while (whole < text.Length && char.IsAsciiDigit(text[whole]))
                whole++;
            digits = Grouped(text[..whole], 3) + text[whole..];
        }
        var sign =
            negative ? "-"
            : Sign == '-' ? ""
            : Sign.ToString();
        return Pad(digits, sign + prefix, Align == '\0' ? '>' : Align);
    }

    private static string Whole(BigInteger number, char type) =>
        type switch
        {
            'd' or 'n' => Numbers.Text(number),
            'c' => number < 0x110000 && !(number >= 0xD800 && number < 0xE000)
                ? char.ConvertFromUtf32((int)number)
                : throw new TemplateException($"{number} is no character"),
            _ => InBase(number, type),
        };

    internal static string InBase(BigInteger number, char type)
    {
        var (bits, mask) = type switch
        {
            'b' => (1, 1),
            'o' => (3, 7),
            _ => (4, 15),
        };
        if (number.IsZero)
            return "0";
        var digits = new List<char>();
        for (; !number.IsZero; number >>= bits)
        {
            var digit = (int)(number & mask);
            digits.Add((type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[digit]);
        }
        digits.Reverse();
        return string.Concat(digits);
    }

    private string Grouped(string digits, int size)
    {
        if (Grouping == '\0')
            return digits;
        for (var place = digits.Length - size; place > 0; place -= size)
            digits = digits.Insert(place, Grouping.ToString());
        return digits;
    }

    private string Pad(string text, string sign, char align)
    {
        var missing = Width - CodePoints.Count(text) - sign.Length;
        if (missing <= 0)
            return sign + text;
        string Filled(int count) => string.Concat(Enumerable.Repeat(Fill, count));
        return align switch
        {
            '<' => sign + text + Filled(missing),
            '^' => Filled(missing / 2) + sign + text + Filled(missing - missing / 2),
            '=' => sign + Filled(missing) + text,
            _ => Filled(missing) + sign + text,
        };
    }
}
