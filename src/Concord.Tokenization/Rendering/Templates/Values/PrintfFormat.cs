using System.Globalization;
using System.Numerics;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Python's <c>"%s and %d" % (..)</c>.</summary>
internal static class PrintfFormat
{
    private const int Widest = 1 << 20;

    /// <summary>The text with the values put in: those of a tuple, of a dictionary by name, or one.</summary>
    public static object Apply(object format, object? values, Meter meter)
    {
        var text = Python.AsText(format)!;
        var writer = new Writer(text, values, format is Markup, meter);
        var result = writer.Run();
        return format is Markup ? new Markup(result) : result;
    }

    private sealed class Writer(string text, object? values, bool escapes, Meter meter)
    {
        private readonly IReadOnlyList<object?> items = values is Sequence { IsTuple: true } tuple
            ? tuple.Items
            : [values];

        private readonly StringBuilder result = new();
        private int at;
        private int used;
        private bool byName;

        public string Run()
        {
            while (at < text.Length)
            {
                if (text[at] != '%')
                {
                    result.Append(text[at++]);
                    continue;
                }
                at++;
                One();
            }
            if (!byName && used < items.Count && values is not (Mapping or RangeValue or Sequence { IsTuple: false }))
                throw new TemplateException("not all values of a format are used");
            return result.ToString();
        }

        private void One()
        {
            object? named = null;
            var hasName = false;
            if (Peek() == '(')
            {
                var end = text.IndexOf(')', at);
                if (end < 0 || values is not Mapping mapping)
                    throw new TemplateException("a format with names needs a dictionary");
                var name = text[(at + 1)..end];
                if (!mapping.TryGet(name, out named))
                    throw new TemplateException($"a format names '{name}', which is not there");
                (hasName, byName, at) = (true, true, end + 1);
            }
            var flags = "";
            while (Peek() is '-' or '+' or ' ' or '#' or '0')
                flags += text[at++];
            var width = Count() ?? 0;
            if (width < 0)
                (width, flags) = (-width, flags + '-');
            int? precision = null;
            if (Peek() == '.')
            {
                at++;
                precision = Count() ?? 0;
            }
            while (Peek() is 'h' or 'l' or 'L')
                at++;
            var type = Peek();
            if (type == '\0')
                throw new TemplateException("a format is not complete");
            at++;
            if (type == '%')
            {
                result.Append('%');
                return;
            }
            Write(hasName ? named : Next(), type, flags, width, precision);
        }

        private char Peek() => at < text.Length ? text[at] : '\0';

        private object? Next() =>
            used < items.Count ? items[used++] : throw new TemplateException("a format has too few values");

        private int? Count()
        {
            if (Peek() == '*')
            {
                at++;
                return Python.AsInteger(Next()) is { } given && BigInteger.Abs(given) <= Widest
                    ? (int)given
                    : throw new TemplateException("'*' in a format needs a whole number");
            }
            var start = at;
            while (char.IsAsciiDigit(Peek()))
                at++;
            if (at == start)
                return null;
            return
                int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var count)
                && count <= Widest
                ? count
                : throw new TemplateException("a width or precision in a format is too large");
        }

        private void Write(object? value, char type, string flags, int width, int? precision)
        {
            var sign = "";
            string body;
            switch (type)
            {
                case 's' or 'r' or 'a':
                    body = type == 's' ? Python.Text(value) : Representation.Of(value);
                    if (escapes)
                        body = Markup.Escape(value is Markup ? value : body);
                    if (precision is { } longest)
                        body = CodePoints.Slice(body, 0, longest);
                    break;
                case 'c':
                    body =
                        Python.AsText(value) is { } letter && CodePoints.Count(letter) == 1 ? letter
                        : Python.AsInteger(value) is { } code && code >= 0 && code < 0xD800
                            ? ((char)(int)code).ToString()
                        : throw new TemplateException("'%c' needs a character");
                    break;
                case 'd' or 'i' or 'u' or 'o' or 'x' or 'X':
                    var whole = Whole(value, type);
                    (sign, body) = (Sign(whole.Sign < 0, flags), Digits(BigInteger.Abs(whole), type));
                    if (precision is { } least)
                        body = body.PadLeft(least, '0');
                    if (flags.Contains('#') && type is 'o' or 'x' or 'X')
                        sign += "0" + type;
                    break;
                case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                    if (!Python.IsNumber(value))
                        throw new TemplateException($"'%{type}' needs a number, not {Describe.Kind(value)}");
                    var number = Python.AsDouble(value);
                    sign = Sign(double.IsNegative(number) && !double.IsNaN(number), flags);
                    body = FloatFormat.Of(Math.Abs(number), type, precision, flags.Contains('#'));
                    break;
                default:
                    throw new TemplateException($"'%{type}' is no format");
            }
            var missing = width - CodePoints.Count(body) - sign.Length;
            meter.Make(body.Length + Math.Max(0, missing));
            var zeros = flags.Contains('0') && !flags.Contains('-') && type is not ('s' or 'r' or 'a' or 'c');
            var fill = missing > 0 ? new string(zeros ? '0' : ' ', missing) : "";
            result.Append(
                flags.Contains('-') ? sign + body + fill
                : zeros ? sign + fill + body
                : fill + sign + body
            );
        }

        private static BigInteger Whole(object? value, char type) =>
            Python.AsInteger(value)
            ?? (
                value is double number && double.IsFinite(number) && type is 'd' or 'i' or 'u'
                    ? new BigInteger(Math.Truncate((double)value!))
                    : throw new TemplateException($"'%{type}' needs a whole number, not {Describe.Kind(value)}")
            );

        private static string Digits(BigInteger number, char type) =>
            type is 'd' or 'i' or 'u' ? Numbers.Text(number) : FormatSpecification.InBase(number, type);

        private static string Sign(bool negative, string flags) =>
            negative ? "-"
            : flags.Contains('+') ? "+"
            : flags.Contains(' ') ? " "
            : "";
    }
}
