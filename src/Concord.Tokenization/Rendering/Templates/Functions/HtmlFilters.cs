using System.Buffers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>Filters for HTML, which a few templates use on their words.</summary>
internal static partial class HtmlFilters
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" \t\n\r\f\v/>=");

    public static IEnumerable<(string Name, Filter Filter)> All() =>
        [
            ("escape", (input, given, meter) => Escape(input, meter)),
            ("e", (input, given, meter) => Escape(input, meter)),
            ("forceescape", (input, given, meter) => Escape(Python.Text(input), meter)),
            ("safe", (input, given, meter) => input is Markup ? input : new Markup(Python.Text(input))),
            ("striptags", (input, given, meter) => StripTags(Python.Text(input))),
            ("xmlattr", XmlAttributes),
            (
                "urlize",
                (_, _, _) => throw new TemplateException("the filter 'urlize' is not known: it is for web pages")
            ),
        ];

    private static Markup Escape(object? input, Meter meter)
    {
        var text = Markup.Escape(input);
        meter.Make(text.Length);
        return new Markup(text);
    }

    private static string StripTags(string text)
    {
        text = Comments().Replace(text, "");
        text = Tags().Replace(text, "");
        return WebUtility.HtmlDecode(string.Join(' ', TextParts.Lines(text, false).Cast<string>().SelectMany(Words)));
    }

    private static string[] Words(string line) =>
        line.Split([' ', '\t', '\u00a0'], StringSplitOptions.RemoveEmptyEntries);

    private static string XmlAttributes(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'xmlattr'", "autospace?");
        if (input is not Mapping mapping)
            throw new TemplateException($"the filter 'xmlattr' needs a dictionary, not {Describe.Kind(input)}");
        var text = new StringBuilder();
        foreach (var (key, value) in mapping.Entries)
        {
            if (value is null or Undefined)
                continue;
            if (Python.AsText(key) is not { } name || name.AsSpan().IndexOfAny(NotInNames) >= 0)
                throw new TemplateException("a name of the filter 'xmlattr' is no text, or has a sign that it cannot");
            text.Append(text.Length > 0 ? " " : "");
            text.Append(Markup.Escape(key)).Append("=\"").Append(Markup.Escape(value)).Append('"');
        }
        meter.Make(text.Length);
        return given.Flag(0, true) && text.Length > 0 ? " " + text : text.ToString();
    }

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Comments();

    [GeneratedRegex("<.*?>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}
