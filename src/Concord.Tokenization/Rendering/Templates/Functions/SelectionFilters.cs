using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>Filters that choose, order or change the items of a list by a test, a filter or an attribute.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All() =>
        [
            ("map", Map),
            ("select", (input, given, meter) => Select(input, given, meter, true, false)),
            ("reject", (input, given, meter) => Select(input, given, meter, false, false)),
            ("selectattr", (input, given, meter) => Select(input, given, meter, true, true)),
            ("rejectattr", (input, given, meter) => Select(input, given, meter, false, true)),
            ("sort", Sort),
            ("unique", Unique),
            ("min", (input, given, meter) => Extreme(input, given, meter, "min")),
            ("max", (input, given, meter) => Extreme(input, given, meter, "max")),
            ("groupby", GroupBy),
            ("dictsort", DictSort),
        ];

    private static Iterator Map(object? input, Arguments arguments, Meter meter)
    {
        return new Iterator(Mapped(), "map");

        IEnumerable<object?> Mapped()
        {
            if (!Python.IsTrue(input))
                yield break;
            var change = Change(arguments, meter);
            foreach (var item in Python.Items(input))
            {
                meter.Spend();
                yield return change(item);
            }
        }
    }

    private static Func<object?, object?> Change(Arguments arguments, Meter meter)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.Any(entry => entry.Key == "attribute"))
        {
            var given = arguments.Bind("the filter 'map'", "attribute", "default?");
            var path = AttributePath.Of(given[0], given.Or(1, null));
            return item => path.Get(item, meter);
        }
        if (arguments.Positional.Count == 0)
            throw new TemplateException("the filter 'map' needs the name of a filter, or an attribute");
        var name = Name(arguments.Positional[0], "filter");
        var rest = new Arguments([.. arguments.Positional.Skip(1)], arguments.Named);
        return item => Filters.Apply(name, item, rest, meter);
    }

    private static string Name(object? name, string what) =>
        Python.AsText(name) ?? throw new TemplateException($"{Describe.Kind(name)} is no name of a {what}");

    private static Iterator Select(object? input, Arguments arguments, Meter meter, bool wanted, bool byAttribute)
    {
        return new Iterator(Selected(), "select");

        IEnumerable<object?> Selected()
        {
            if (!Python.IsTrue(input))
                yield break;
            if (byAttribute && arguments.Positional.Count == 0)
                throw new TemplateException("'selectattr' and 'rejectattr' need the name of an attribute");
            var path = AttributePath.Of(byAttribute ? arguments.Positional[0] : null);
            IReadOnlyList<object?> rest = [.. arguments.Positional.Skip(byAttribute ? 1 : 0)];
            var name = rest.Count > 0 ? Name(rest[0], "test") : null;
            var given = new Arguments([.. rest.Skip(1)], arguments.Named);
            foreach (var item in Python.Items(input))
            {
                meter.Spend();
                var value = path.Get(item, meter);
                var holds = name is null ? Python.IsTrue(value) : Tests.Apply(name, value, given, meter);
                if (holds == wanted)
                    yield return item;
            }
        }
    }

    private static object? Lowered(object? value) => Python.AsText(value) is { } text ? Letters.Lower(text) : value;

    private static Func<object?, object?> Key(object? attribute, bool caseSensitive, object? otherwise, Meter meter)
    {
        var path = AttributePath.Of(attribute, otherwise);
        return item => caseSensitive ? path.Get(item, meter) : Lowered(path.Get(item, meter));
    }

    private static List<T> Ordered<T>(IEnumerable<T> items, Func<T, object?> key, bool reverse, Meter meter)
    {
        var order = Comparer<object?>.Create(
            (a, b) =>
            {
                meter.Spend();
                return Python.Compare(a, b, "<") ?? 0;
            }
        );
        try
        {
            // Both keep the order of equal items, as Python's reverse sorting does.
            return [.. reverse ? items.OrderByDescending(key, order) : items.OrderBy(key, order)];
        }
        catch (InvalidOperationException error) when (error.InnerException is TemplateException inner)
        {
            throw inner;
        }
    }

    private static Sequence Sort(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'sort'", "reverse?", "case_sensitive?", "attribute?");
        var paths = AttributePath.Several(given.Or(2, null));
        var sensitive = given.Flag(1);
        object? Of(object? item) =>
            new Sequence([.. paths.Select(path => sensitive ? path.Get(item, meter) : Lowered(path.Get(item, meter)))]);
        return new Sequence(Ordered(ListFilters.Taken(input, meter), Of, given.Flag(0), meter));
    }

    private static Iterator Unique(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'unique'", "case_sensitive?", "attribute?");
        var key = Key(given.Or(1, null), given.Flag(0), null, meter);
        return new Iterator(Once(), "unique");

        IEnumerable<object?> Once()
        {
            var seen = new Mapping();
            foreach (var item in Python.Items(input))
            {
                meter.Spend();
                var one = key(item);
                if (seen.TryGet(one, out _))
                    continue;
                seen.With(one, null);
                yield return item;
            }
        }
    }

    private static object? Extreme(object? input, Arguments arguments, Meter meter, string name)
    {
        var given = arguments.Bind($"the filter '{name}'", "case_sensitive?", "attribute?");
        var key = Key(given.Or(1, null), given.Flag(0), null, meter);
        object? best = new Undefined("an item of nothing is undefined");
        object? bestKey = null;
        var first = true;
        foreach (var item in Python.Items(input))
        {
            meter.Spend();
            var one = key(item);
            if (
                first || (name == "min" ? Python.Compare(one, bestKey, "<") < 0 : Python.Compare(one, bestKey, ">") > 0)
            )
                (best, bestKey) = (item, one);
            first = false;
        }
        return best;
    }

    private static Sequence GroupBy(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'groupby'", "attribute", "default?", "case_sensitive?");
        var sensitive = given.Flag(2);
        var key = Key(given[0], sensitive, given.Or(1, null), meter);
        var shown = Key(given[0], true, given.Or(1, null), meter);
        var groups = new List<(object? Key, List<object?> Items)>();
        foreach (var item in Ordered(ListFilters.Taken(input, meter), key, false, meter))
        {
            var one = key(item);
            if (groups.Count == 0 || !Python.AreEqual(groups[^1].Key, one))
                groups.Add((one, []));
            groups[^1].Items.Add(item);
        }
        return new Sequence([
            .. groups.Select(group => new Sequence([shown(group.Items[0]), new Sequence(group.Items)], true)
            {
                Names = ["grouper", "list"],
            }),
        ]);
    }

    private static Sequence DictSort(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'dictsort'", "case_sensitive?", "by?", "reverse?");
        var by = given.Has(1) ? given.Text(1) : "key";
        if (by is not ("key" or "value"))
            throw new TemplateException("the filter 'dictsort' sorts by 'key' or by 'value'");
        if (input is Undefined missing)
            throw missing.Error();
        if (input is not Mapping mapping)
            throw new TemplateException($"the filter 'dictsort' needs a dictionary, not {Describe.Kind(input)}");
        var sensitive = given.Flag(0);
        object? Of(KeyValuePair<object?, object?> entry)
        {
            var value = by == "key" ? entry.Key : entry.Value;
            return sensitive ? value : Lowered(value);
        }
        return new Sequence([
            .. Ordered(mapping.Entries, Of, given.Flag(2), meter)
                .Select(entry => Sequence.Tuple(entry.Key, entry.Value)),
        ]);
    }
}
