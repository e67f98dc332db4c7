using System.Numerics;
using System.Text;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>Filters that give texts.</summary>
internal static class TextFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All() =>
        [
            ("upper", (input, given, _) => Kept(input, given, "upper", Letters.Upper)),
            ("lower", (input, given, _) => Kept(input, given, "lower", Letters.Lower)),
            ("capitalize", (input, given, _) => Kept(input, given, "capitalize", Letters.Capitalize)),
            ("title", (input, given, _) => Kept(input, given, "title", Title)),
            ("string", (input, given, _) => Kept(input, given, "string", text => text)),
            ("trim", Trim),
            ("replace", Replace),
            ("center", Center),
            ("indent", Indent),
            ("truncate", Truncate),
            ("wordcount", (input, given, _) => new BigInteger(Words(Python.Text(input)))),
            ("wordwrap", WordWrap.Apply),
            ("format", Format),
            ("join", Join),
            ("tojson", ToJson),
            ("urlencode", (input, _, meter) => UrlEncoding.Apply(input, meter)),
            ("pprint", PrettyPrint),
        ];

    // Containers would be sorted and laid out over lines: for people who look for faults in a template.
    private static string PrettyPrint(object? input, Arguments arguments, Meter meter) =>
        input is IContainer || Size.Weight(input) > 60
            ? throw new TemplateException("the filter 'pprint' is not known for lists and long texts; use 'tojson'")
            : Representation.Of(input);

    // As soft_str has it: a marked text stays marked.
    private static object Kept(object? input, Arguments given, string name, Func<string, string> change)
    {
        given.Bind($"the filter '{name}'");
        var text = change(Python.Text(input));
        return input is Markup ? new Markup(text) : text;
    }

    private static object Trim(object? input, Arguments arguments, Meter meter)
    {
        var characters = arguments.Bind("the filter 'trim'", "chars?").OptionalText(0);
        var text = TextParts.Strip(Python.Text(input), characters, true, true);
        meter.Make(text.Length);
        return input is Markup ? new Markup(text) : text;
    }

    private static string Replace(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'replace'", "old", "new", "count?");
        var count = given.Has(2) && given[2] is not null ? given.Int(2, -1) : -1;
        return TextParts.Replace(Python.Text(input), Python.Text(given[0]), Python.Text(given[1]), count, meter);
    }

    private static object Center(object? input, Arguments arguments, Meter meter)
    {
        var width = arguments.Bind("the filter 'center'", "width?").Int(0, 80);
        var text = TextPads.Pad(Python.Text(input), width, " ", "center", meter);
        return input is Markup ? new Markup(text) : text;
    }

    private static object Format(object? input, Arguments arguments, Meter meter)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0)
            throw new TemplateException("the filter 'format' takes values by place or by name, not both");
        object values =
            arguments.Named.Count > 0
                ? arguments.Named.Aggregate(new Mapping(), (made, entry) => made.With(entry.Key, entry.Value))
                : Sequence.Tuple(arguments.Positional);
        return PrintfFormat.Apply(input is Markup ? input : Python.Text(input), values, meter);
    }

    private static string Join(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'join'", "d?", "attribute?");
        var separator = given.Has(0) ? Python.Text(given[0]) : "";
        var items = Python.Items(input);
        if (given.Has(1) && given[1] is not null)
            items = items.Select(item => AttributePath.Of(given[1]).Get(item, meter));
        var text = new StringBuilder();
        var first = true;
        foreach (var item in items)
        {
            meter.Spend();
            var part = Python.Text(item);
            meter.Make(part.Length + separator.Length);
            if (!first)
                text.Append(separator);
            first = false;
            text.Append(part);
        }
        meter.Make(text.Length);
        return text.ToString();
    }

    // The first letters of words, where words end at blanks, hyphens and opening brackets.
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var word = 0;
        void End(int at)
        {
            if (at > word)
            {
                var letters = text[word..at];
                var first = CodePoints.Place(letters, 1);
                result.Append(Letters.Upper(letters[..first])).Append(Letters.Lower(letters[first..]));
            }
        }
        for (var at = 0; at < text.Length; at++)
            if (text[at] is '-' or '(' or '{' or '[' or '<' || Syntax.TemplateLexer.IsSpace(text[at]))
            {
                End(at);
                result.Append(text[at]);
                word = at + 1;
            }
        End(text.Length);
        return result.ToString();
    }

    private static object Indent(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'indent'", "width?", "first?", "blank?");
        var width =
            given.Has(0) && Python.AsText(given[0]) is { } own
                ? own
                : (string)Operators.Binary("*", " ", new BigInteger(given.Int(0, 4)), meter)!;
        var text = Python.AsText(input) ?? throw new TemplateException($"{Describe.Kind(input)} cannot be indented");
        List<object?> lines = TextParts.Lines(text + "\n", false);
        meter.Make(text.Length + (BigInteger)width.Length * lines.Count);
        var result = new StringBuilder();
        for (var at = 0; at < lines.Count; at++)
        {
            var line = (string)lines[at]!;
            if (at > 0)
                result.Append('\n');
            if (at > 0 && (line.Length > 0 || given.Flag(2)) || at == 0 && given.Flag(1))
                result.Append(width);
            result.Append(line);
        }
        return input is Markup ? new Markup(result.ToString()) : result.ToString();
    }

    private static object? Truncate(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'truncate'", "length?", "killwords?", "end?", "leeway?");
        var length = given.Int(0, 255);
        var end = given.Has(2) ? given.Text(2) : "...";
        var leeway = given.Has(3) && given[3] is not null ? given.Int(3, 5) : 5;
        if (length < CodePoints.Count(end) || leeway < 0)
            throw new TemplateException(
                "the filter 'truncate' needs a length of at least its end, and no negative leeway"
            );
        if (Python.Length(input) is { } count && count <= (long)length + leeway)
            return input;
        var text = Python.AsText(input) ?? throw new TemplateException($"{Describe.Kind(input)} cannot be truncated");
        meter.Make(text.Length);
        var cut = CodePoints.Slice(text, 0, length - CodePoints.Count(end));
        if (!given.Flag(1) && cut.LastIndexOf(' ') is >= 0 and var blank)
            cut = cut[..blank];
        return cut + end;
    }

    private static int Words(string text)
    {
        var (count, inWord) = (0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isLetter = rune.Value == '_' || Letters.IsAlpha(rune) || Letters.IsNumeric(rune);
            count += isLetter && !inWord ? 1 : 0;
            inWord = isLetter;
        }
        return count;
    }

    private static string ToJson(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'tojson'", "ensure_ascii?", "indent?", "separators?", "sort_keys?");
        var indent =
            !given.Has(1) || given[1] is null
                ? null
                : Python.AsText(given[1])
                    ?? (string)Operators.Binary("*", " ", new BigInteger(given.Int(1, 0)), meter)!;
        var (between, after) = (indent is null ? ", " : ",", ": ");
        if (given.Has(2) && given[2] is not null)
        {
            if (
                given[2] is not Sequence { Items: [var first, var second] }
                || Python.AsText(first) is not { } b
                || Python.AsText(second) is not { } a
            )
                throw new TemplateException("the filter 'tojson' needs two texts as separators");
            (between, after) = (b, a);
        }
        return new JsonWriter(given.Flag(0), indent, between, after, given.Flag(3)).Write(input, meter);
    }
}
