using System.Globalization;
using static Concord.Tokenization.Rendering.Templates.TemplateValues;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>
/// Filters, tests and methods that chat templates use. Others are refused by name when a rendering comes to them.
/// </summary>
internal static class TemplateFunctions
{
    public static object? Filter(string name, object? input, IReadOnlyList<object?> arguments) =>
        (name, input) switch
        {
            ("trim", _) => Strip(Print(input), Optional(arguments, 0), true, true),
            ("upper", _) => Print(input).ToUpperInvariant(),
            ("lower", _) => Print(input).ToLowerInvariant(),
            ("string", _) => Print(input),
            ("safe", _) => input,
            ("length" or "count", string text) => (long)text.EnumerateRunes().Count(),
            ("length" or "count", _) => (long)Items(input).Count,
            ("default" or "d", _) => input is Undefined || arguments.Count > 1 && IsTrue(arguments[1]) && !IsTrue(input)
                ? arguments.Count > 0
                    ? arguments[0]
                    : ""
                : input,
            ("first", _) => Items(input) is [var first, ..] ? first : new Undefined("first"),
            ("last", _) => Items(input) is [.., var last] ? last : new Undefined("last"),
            ("list", _) => new List<object?>(Items(input)),
            ("reverse", List<object?> list) => Enumerable.Reverse(list).ToList(),
            ("join", _) => string.Join(Optional(arguments, 0) ?? "", Items(input).Select(Print)),
            ("replace", _) => Print(input)
                .Replace(Text(arguments, 0, name), Text(arguments, 1, name), StringComparison.Ordinal),
            ("int", long or bool) => Convert.ToInt64(input, CultureInfo.InvariantCulture),
            _ => throw new TemplateException($"the filter '{name}' of {Describe(input)} is not known"),
        };

    public static bool Test(string name, object? input, object? argument) =>
        name switch
        {
            "defined" => input is not Undefined,
            "undefined" => input is Undefined,
            "none" => input is null,
            "string" => input is string,
            "mapping" => input is Dictionary<string, object?>,
            "sequence" or "iterable" => input is string or List<object?> or Dictionary<string, object?>,
            "boolean" => input is bool,
            "true" => input is true,
            "false" => input is false,
            "number" => input is long or double or bool,
            "integer" => input is long,
            "odd" => input is long number && number % 2 != 0,
            "even" => input is long number && number % 2 == 0,
            "divisibleby" => input is long number && argument is long divisor && divisor != 0 && number % divisor == 0,
            "equalto" or "eq" => TemplateValues.Equals(input, argument),
            "ne" => !TemplateValues.Equals(input, argument),
            "in" => Binary("in", input, argument) is true,
            _ => throw new TemplateException($"the test '{name}' is not known"),
        };

    /// <summary>A member of a value: an entry of a dictionary, or a method.</summary>
    public static object? Member(object? target, string name) =>
        target switch
        {
            Namespace space => space.Members.TryGetValue(name, out var value) ? value : new Undefined(name),
            Dictionary<string, object?> dictionary => DictionaryMethod(dictionary, name) ?? Item(dictionary, name),
            string text => StringMethod(text, name) ?? (object)new Undefined(name),
            Undefined => throw new TemplateException($"{Describe(target)} is looked into for '{name}'"),
            _ => new Undefined(name),
        };

    private static Callable? DictionaryMethod(Dictionary<string, object?> dictionary, string name) =>
        name switch
        {
            "get" => (arguments, _) =>
                dictionary.TryGetValue(Text(arguments, 0, name), out var value) ? value
                : arguments.Count > 1 ? arguments[1]
                : null,
            "keys" => (_, _) => dictionary.Keys.Select(key => (object?)key).ToList(),
            "values" => (_, _) => dictionary.Values.ToList(),
            "items" => (_, _) =>
                dictionary.Select(entry => (object?)new List<object?> { entry.Key, entry.Value }).ToList(),
            _ => null,
        };

    private static Callable? StringMethod(string text, string name) =>
        name switch
        {
            "strip" => (arguments, _) => Strip(text, Optional(arguments, 0), true, true),
            "lstrip" => (arguments, _) => Strip(text, Optional(arguments, 0), true, false),
            "rstrip" => (arguments, _) => Strip(text, Optional(arguments, 0), false, true),
            "upper" => (_, _) => text.ToUpperInvariant(),
            "lower" => (_, _) => text.ToLowerInvariant(),
            "startswith" => (arguments, _) => text.StartsWith(Text(arguments, 0, name), StringComparison.Ordinal),
            "endswith" => (arguments, _) => text.EndsWith(Text(arguments, 0, name), StringComparison.Ordinal),
            "replace" => (arguments, _) =>
                text.Replace(Text(arguments, 0, name), Text(arguments, 1, name), StringComparison.Ordinal),
            "split" => (arguments, _) => Split(text, arguments),
            _ => null,
        };

    private static List<object?> Split(string text, IReadOnlyList<object?> arguments)
    {
        var limit =
            arguments.Count > 1 && arguments[1] is long times and >= 0 and < int.MaxValue
                ? (int)times + 1
                : int.MaxValue;
        if (Optional(arguments, 0) is { Length: > 0 } separator)
            return [.. text.Split(separator, limit)];
        if (limit != int.MaxValue)
            throw new TemplateException("'split' at white space with a limit is not known");
        return [.. text.Split([.. text.Where(IsSpace).Distinct()], StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string? Optional(IReadOnlyList<object?> arguments, int place) =>
        place < arguments.Count && arguments[place] is not null ? Print(arguments[place]) : null;

    private static string Text(IReadOnlyList<object?> arguments, int place, string name) =>
        place < arguments.Count && arguments[place] is string text
            ? text
            : throw new TemplateException($"'{name}' needs a string");
}
