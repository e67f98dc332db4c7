using System.Collections;
using System.Globalization;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>
/// A variable or item that is not there: nothing where printed, false where asked, an error where looked into.
/// </summary>
internal sealed record Undefined(string Name);

/// <summary>A <c>namespace(..)</c>: what a loop may set for the outside.</summary>
internal sealed class Namespace(Dictionary<string, object?> members)
{
    public Dictionary<string, object?> Members { get; } = members;
}

/// <summary>A function of the template's surroundings or a method bound to a value.</summary>
internal delegate object? Callable(IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named);

/// <summary>
/// How values behave, as in Python: null is None, whole numbers are long, lists are <see cref="List{T}"/>, dictionaries
/// keep their order.
/// </summary>
internal static class TemplateValues
{
    public static bool IsTrue(object? value) =>
        value switch
        {
            null or Undefined => false,
            bool flag => flag,
            long number => number != 0,
            double number => number != 0,
            string text => text.Length > 0,
            ICollection collection => collection.Count > 0,
            _ => true,
        };

    public static string Print(object? value) =>
        value switch
        {
            null => "None",
            Undefined => "",
            bool flag => flag ? "True" : "False",
            string text => text,
            long number => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new TemplateException($"writing {Describe(value)} is not known"),
        };

    public static string Describe(object? value) =>
        value switch
        {
            null => "None",
            Undefined undefined => $"'{undefined.Name}', which is not defined,",
            string => "a string",
            bool => "a truth value",
            long or double => "a number",
            List<object?> => "a list",
            Dictionary<string, object?> => "a dictionary",
            _ => "an object",
        };

    public static new bool Equals(object? left, object? right) =>
        (left, right) switch
        {
            (Undefined, Undefined) => true,
            (bool a, long b) => (a ? 1 : 0) == b,
            (long a, bool b) => a == (b ? 1 : 0),
            (long a, double b) => a == b,
            (double a, long b) => a == b,
            (List<object?> a, List<object?> b) => a.Count == b.Count
                && a.Zip(b).All(pair => Equals(pair.First, pair.Second)),
            (Dictionary<string, object?> a, Dictionary<string, object?> b) => a.Count == b.Count
                && a.All(entry => b.TryGetValue(entry.Key, out var other) && Equals(entry.Value, other)),
            _ => object.Equals(left, right),
        };

    public static int Compare(object? left, object? right) =>
        (left, right) switch
        {
            (long a, long b) => a.CompareTo(b),
            (long or double, long or double) => Convert
                .ToDouble(left, CultureInfo.InvariantCulture)
                .CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
            (string a, string b) => string.CompareOrdinal(a, b),
            _ => throw new TemplateException($"{Describe(left)} and {Describe(right)} have no order"),
        };

    public static object? Binary(string sign, object? left, object? right) =>
        (sign, left, right) switch
        {
            ("==", _, _) => Equals(left, right),
            ("!=", _, _) => !Equals(left, right),
            ("<", _, _) => Compare(left, right) < 0,
            ("<=", _, _) => Compare(left, right) <= 0,
            (">", _, _) => Compare(left, right) > 0,
            (">=", _, _) => Compare(left, right) >= 0,
            ("in", string a, string b) => b.Contains(a, StringComparison.Ordinal),
            ("in", _, List<object?> list) => list.Exists(item => Equals(item, left)),
            ("in", string key, Dictionary<string, object?> dictionary) => dictionary.ContainsKey(key),
            ("in", _, Undefined) => false,
            ("~", _, _) => Print(left) + Print(right),
            ("+", string a, string b) => a + b,
            ("+", long a, long b) => a + b,
            ("+", List<object?> a, List<object?> b) => (List<object?>)[.. a, .. b],
            ("-", long a, long b) => a - b,
            ("*", long a, long b) => a * b,
            ("//", long a, long b) when b != 0 => (long)Math.Floor((double)a / b),
            ("%", long a, long b) when b != 0 => a - b * (long)Math.Floor((double)a / b),
            _ => throw new TemplateException($"'{sign}' between {Describe(left)} and {Describe(right)} is not known"),
        };

    /// <summary>What a loop goes through.</summary>
    public static List<object?> Items(object? value) =>
        value switch
        {
            List<object?> list => list,
            Dictionary<string, object?> dictionary => [.. dictionary.Keys],
            string text => [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())],
            Undefined => [],
            _ => throw new TemplateException($"{Describe(value)} is no list"),
        };

    public static object? Item(object? target, object? index) =>
        (target, index) switch
        {
            (Dictionary<string, object?> dictionary, string key) => dictionary.TryGetValue(key, out var value)
                ? value
                : new Undefined(key),
            (List<object?> list, long place) when place >= -list.Count && place < list.Count => list[
                (int)(place < 0 ? place + list.Count : place)
            ],
            (Undefined, _) => throw new TemplateException($"{Describe(target)} is looked into"),
            _ => new Undefined(index as string ?? "item"),
        };

    public static object? Slice(object? target, long? start, long? stop, long step)
    {
        if (step == 0)
            throw new TemplateException("a slice has the step 0");
        var items = target is string text
            ? [.. text.Select(unit => (object?)unit)]
            : target as List<object?> ?? throw new TemplateException($"a slice of {Describe(target)} is not known");
        long count = items.Count,
            lowest = step > 0 ? 0 : -1,
            highest = step > 0 ? count : count - 1;
        long Place(long? index, long otherwise) =>
            index is { } i ? Math.Clamp(i < 0 ? i + count : i, lowest, highest) : otherwise;
        var (from, to) = (Place(start, step > 0 ? 0 : count - 1), Place(stop, step > 0 ? count : -1));
        var result = new List<object?>();
        for (var i = from; step > 0 ? i < to : i > to; i += step)
            result.Add(items[(int)i]);
        return target is string ? string.Concat(result) : result;
    }

    /// <summary>Python's white space.</summary>
    public static bool IsSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001c' and <= '\u001f';

    /// <summary>Takes characters (white space without a set) from the ends of a string.</summary>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        int start = 0,
            end = text.Length;
        bool Goes(char unit) => characters is null ? IsSpace(unit) : characters.Contains(unit);
        while (left && start < end && Goes(text[start]))
            start++;
        while (right && end > start && Goes(text[end - 1]))
            end--;
        return text[start..end];
    }
}
