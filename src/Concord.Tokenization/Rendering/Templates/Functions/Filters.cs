using System.Collections.Frozen;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>A filter: what it makes of a value.</summary>
internal delegate object? Filter(object? input, Arguments arguments, Meter meter);

/// <summary>Jinja's filters by name, with transformers' own <c>tojson</c>.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> All = TextFilters
        .All()
        .Concat(NumberFilters.All())
        .Concat(ListFilters.All())
        .Concat(SelectionFilters.All())
        .Concat(HtmlFilters.All())
        .ToFrozenDictionary(entry => entry.Name, entry => entry.Filter, StringComparer.Ordinal);

    public static bool Has(string name) => All.ContainsKey(name);

    public static object? Apply(string name, object? input, Arguments arguments, Meter meter)
    {
        if (!All.TryGetValue(name, out var filter))
            throw new TemplateException($"the filter '{name}' is not known");
        meter.Enter();
        var result = filter(input, arguments, meter);
        meter.Leave();
        return result;
    }
}
