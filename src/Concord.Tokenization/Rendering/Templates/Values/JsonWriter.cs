using System.Globalization;
using System.Numerics;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>JSON as Python's <c>json.dumps</c> writes it.</summary>
/// <param name="OnlyAscii">Whether other characters are written as escapes.</param>
/// <param name="Indent">What a level is indented by; null for one line.</param>
/// <param name="Between">Between items.</param>
/// <param name="AfterKey">Between a key and its value.</param>
/// <param name="SortKeys">Whether keys are sorted.</param>
internal sealed record JsonWriter(bool OnlyAscii, string? Indent, string Between, string AfterKey, bool SortKeys)
{
    public string Write(object? value, Meter meter)
    {
        meter.Make(Size.Weight(value));
        var text = new StringBuilder();
        Write(text, value, 0);
        meter.Make(text.Length);
        return text.ToString();
    }

    private void Write(StringBuilder text, object? value, int level)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case BigInteger number:
                text.Append(Numbers.Text(number));
                break;
            case double number:
                text.Append(Float(number));
                break;
            case string inner:
                Quote(text, inner);
                break;
            case Markup safe:
                Quote(text, safe.Text);
                break;
            case Sequence list:
                Group(text, list.Items, '[', ']', level, (item, deeper) => Write(text, item, deeper));
                break;
            case Mapping mapping:
                var entries = mapping.Entries.ToList();
                if (SortKeys)
                    entries =
                    [
                        .. entries.Order(
                            Comparer<KeyValuePair<object?, object?>>.Create(
                                (a, b) => Python.Compare(a.Key, b.Key, "<") ?? 0
                            )
                        ),
                    ];
                Group(
                    text,
                    entries,
                    '{',
                    '}',
                    level,
                    (entry, deeper) =>
                    {
                        Quote(text, Key(entry.Key));
                        text.Append(AfterKey);
                        Write(text, entry.Value, deeper);
                    }
                );
                break;
            default:
                throw new TemplateException($"{Describe.Kind(value)} cannot be written as JSON");
        }
    }

    private void Group<T>(
        StringBuilder text,
        IReadOnlyList<T> items,
        char open,
        char close,
        int level,
        Action<T, int> write
    )
    {
        text.Append(open);
        for (var at = 0; at < items.Count; at++)
        {
            if (at > 0)
                text.Append(Between);
            Line(text, level + 1);
            write(items[at], level + 1);
        }
        if (items.Count > 0)
            Line(text, level);
        text.Append(close);
    }

    private void Line(StringBuilder text, int level)
    {
        if (Indent is null)
            return;
        text.Append('\n');
        for (var i = 0; i < level; i++)
            text.Append(Indent);
    }

    private static string Float(double number) =>
        double.IsNaN(number) ? "NaN"
        : double.IsInfinity(number)
            ? number > 0 ? "Infinity"
                : "-Infinity"
        : Numbers.Text(number);

    private static string Key(object? key) =>
        key switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            BigInteger number => Numbers.Text(number),
            double number => Float(number),
            string or Markup => Python.AsText(key)!,
            _ => throw new TemplateException($"{Describe.Kind(key)} cannot be a key of JSON"),
        };

    private void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
            switch (unit)
            {
                case '"' or '\\':
                    text.Append('\\').Append(unit);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                default:
                    if (unit < ' ' || OnlyAscii && unit > '~')
                        text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                    else
                        text.Append(unit);
                    break;
            }
        text.Append('"');
    }
}
