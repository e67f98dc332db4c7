using System.Globalization;
using System.Numerics;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Values as Python's <c>repr</c> writes them, for lists and dictionaries that a template prints.</summary>
internal static class Representation
{
    public static string Of(object? value)
    {
        switch (value)
        {
            case null:
                return "None";
            case bool flag:
                return flag ? "True" : "False";
            case BigInteger number:
                return Numbers.Text(number);
            case double number:
                return Numbers.Text(number);
        }
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, int depth)
    {
        const int Deepest = 300; // a namespace may hold itself
        if (depth > Deepest)
            throw new TemplateException("a namespace that holds itself cannot be printed");
        switch (value)
        {
            case string inner:
                Quote(text, inner);
                break;
            case Markup safe:
                text.Append("Markup(");
                Quote(text, safe.Text);
                text.Append(')');
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case Sequence list:
                text.Append(list.IsTuple ? '(' : '[');
                Items(text, list.Items, depth);
                if (list is { IsTuple: true, Items.Count: 1 })
                    text.Append(',');
                text.Append(list.IsTuple ? ')' : ']');
                break;
            case Mapping mapping:
                Entries(text, mapping.Entries, depth);
                break;
            case Namespace space:
                text.Append("<Namespace ");
                Entries(
                    text,
                    space.Members.Select(entry => KeyValuePair.Create((object?)entry.Key, entry.Value)),
                    depth
                );
                text.Append('>');
                break;
            case RangeValue range:
                text.Append(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}");
                text.Append(range.Step.IsOne ? ")" : string.Create(CultureInfo.InvariantCulture, $", {range.Step})"));
                break;
            case MappingView view:
                text.Append("dict_").Append(view.Kind).Append("([");
                Items(text, view.Items, depth);
                text.Append("])");
                break;
            case MacroValue macro:
                text.Append("<Macro ");
                text.Append(macro.Definition.Name is { } name ? $"'{name}'>" : "anonymous>");
                break;
            case LoopValue loop:
                text.Append(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index}/{loop.Length}>");
                break;
            case Iterator or Callable or IAttributes:
                throw new TemplateException($"{Describe.Kind(value)} cannot be printed");
            default:
                text.Append(Of(value));
                break;
        }
    }

    private static void Items(StringBuilder text, IEnumerable<object?> items, int depth)
    {
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(", ");
            first = false;
            Write(text, item, depth + 1);
        }
    }

    private static void Entries(StringBuilder text, IEnumerable<KeyValuePair<object?, object?>> entries, int depth)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, value) in entries)
        {
            if (!first)
                text.Append(", ");
            first = false;
            Write(text, key, depth + 1);
            text.Append(": ");
            Write(text, value, depth + 1);
        }
        text.Append('}');
    }

    private static void Quote(StringBuilder text, string value)
    {
        var quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        for (var at = 0; at < value.Length; at++)
        {
            var unit = value[at];
            if (unit == quote || unit == '\\')
                text.Append('\\').Append(unit);
            else if (unit is '\n' or '\r' or '\t')
                text.Append(
                    unit == '\n' ? "\\n"
                    : unit == '\r' ? "\\r"
                    : "\\t"
                );
            else if (unit is >= ' ' and < '\u007f')
                text.Append(unit);
            else if (Rune.TryGetRuneAt(value, at, out var rune))
            {
                if (Letters.IsPrintable(rune))
                    text.Append(value, at, rune.Utf16SequenceLength);
                else
                    text.Append(
                        rune.Value switch
                        {
                            < 0x100 => $"\\x{rune.Value:x2}",
                            < 0x10000 => $"\\u{rune.Value:x4}",
                            _ => $"\\U{rune.Value:x8}",
                        }
                    );
                at += rune.Utf16SequenceLength - 1;
            }
            else
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }
        text.Append(quote);
    }
}
