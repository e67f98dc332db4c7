using System.Globalization;
using System.Numerics;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Python's <c>"{} and {name:>5}".format(..)</c>.</summary>
internal sealed class BraceFormat
{
    private readonly Arguments arguments;
    private readonly bool escapes;
    private readonly Meter meter;
    private int automatic;

    private BraceFormat(Arguments arguments, bool escapes, Meter meter) =>
        (this.arguments, this.escapes, this.meter) = (arguments, escapes, meter);

    public static object Apply(object format, Arguments arguments, Meter meter)
    {
        var result = new BraceFormat(arguments, format is Markup, meter).Run(Python.AsText(format)!, 0);
        return format is Markup ? new Markup(result) : result;
    }

    private string Run(string text, int depth)
    {
        if (depth > 1)
            throw new TemplateException("a format nests its fields too deep");
        var result = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var unit = text[at];
            if (unit is '{' or '}' && at + 1 < text.Length && text[at + 1] == unit)
                result.Append(text[at++]);
            else if (unit == '{')
                at = Field(text, at + 1, result, depth);
            else if (unit == '}')
                throw new TemplateException("a format has a '}' that closes nothing");
            else
                result.Append(unit);
        }
        return result.ToString();
    }

    private int Field(string text, int start, StringBuilder result, int depth)
    {
        var end = start;
        for (var open = 1; open > 0; end++)
        {
            if (end >= text.Length)
                throw new TemplateException("a format has a '{' that is not closed");
            open +=
                text[end] == '{' ? 1
                : text[end] == '}' ? -1
                : 0;
        }
        var field = text[start..(end - 1)];
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var specification = colon < 0 ? "" : Run(field[(colon + 1)..], depth + 1);
        var name = colon < 0 ? field : field[..colon];
        var conversion = name.Length > 1 && name[^2] == '!' ? name[^1] : '\0';
        var value = Value(conversion == '\0' ? name : name[..^2]);
        value = conversion switch
        {
            '\0' => value,
            's' => Python.Text(value),
            'r' or 'a' => Representation.Of(value),
            _ => throw new TemplateException($"a format has the conversion '!{conversion}', which is none"),
        };
        var written = FormatSpecification.Apply(value, specification);
        if (escapes && value is not Markup)
            written = Markup.Escape(written);
        meter.Make(written.Length);
        result.Append(written);
        return end - 1;
    }

    private object? Value(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        object? value;
        if (first.Length == 0 || first.All(char.IsAsciiDigit))
        {
            var place =
                first.Length == 0 ? automatic++
                : int.TryParse(first, CultureInfo.InvariantCulture, out var given) ? given
                : int.MaxValue;
            value =
                place < arguments.Positional.Count
                    ? arguments.Positional[place]
                    : throw new TemplateException("a format has too few values");
        }
        else
        {
            if (arguments.Named.All(entry => entry.Key != first))
                throw new TemplateException($"a format names '{first}', which is not given");
            value = arguments.Named.Last(entry => entry.Key == first).Value;
        }
        return end < 0 ? value : Inside(value, name[end..]);
    }

    private object? Inside(object? value, string path)
    {
        while (path.Length > 0)
        {
            var isItem = path[0] == '[';
            var close = isItem ? path.IndexOf(']', StringComparison.Ordinal) : path.AsSpan(1).IndexOfAny('.', '[') + 1;
            if (isItem && close < 0)
                throw new TemplateException("a format has a '[' that is not closed");
            if (close <= 0)
                close = path.Length;
            var key = path[1..close];
            path = path[Math.Min(path.Length, isItem ? close + 1 : close)..];
            object index =
                isItem && key.Length > 0 && key.All(char.IsAsciiDigit)
                    ? BigInteger.Parse(key, CultureInfo.InvariantCulture)
                    : key;
            value = isItem ? Access.Item(value, index, meter) : Access.Attribute(value, key, meter);
        }
        return value;
    }
}
