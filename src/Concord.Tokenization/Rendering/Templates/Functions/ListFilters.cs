using System.Numerics;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>Filters of lists and dictionaries.</summary>
internal static class ListFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All() =>
        [
            ("list", (input, given, meter) => new Sequence(Taken(input, meter))),
            ("length", (input, given, meter) => Length(input, given, meter)),
            ("count", (input, given, meter) => Length(input, given, meter)),
            ("first", (input, given, _) => First(input)),
            ("last", (input, given, _) => Last(input)),
            ("reverse", Reverse),
            ("default", Default),
            ("d", Default),
            ("items", Items),
            ("attr", Attr),
            ("batch", Batch),
            ("slice", Slice),
            ("sum", Sum),
            ("random", (_, _, _) => throw new TemplateException("the filter 'random' gives another text each time")),
        ];

    /// <summary>What a value holds, as a list.</summary>
    public static List<object?> Taken(object? input, Meter meter)
    {
        var items = new List<object?>();
        foreach (var item in Python.Items(input))
        {
            meter.Hold(1);
            meter.Spend();
            items.Add(item);
        }
        return items;
    }

    private static BigInteger Length(object? input, Arguments arguments, Meter meter)
    {
        arguments.Bind("the filter 'length'");
        meter.Spend(Size.Weight(input) / 256);
        return new BigInteger(
            Python.Length(input) ?? throw new TemplateException($"{Describe.Kind(input)} has no length")
        );
    }

    private static object? First(object? input)
    {
        foreach (var item in Python.Items(input))
            return item;
        return new Undefined("the first item of nothing is undefined");
    }

    private static object? Last(object? input)
    {
        if (input is Iterator)
            throw new TemplateException("the last item of an iterator is not known; use the filter 'list' first");
        if (Python.AsText(input) is { Length: > 0 } text)
            return CodePoints.Letters(text).Last();
        if (input is Sequence { Items: [.., var last] })
            return last;
        return Python.Items(input).Any()
            ? Python.Items(input).Last()
            : new Undefined("the last item of nothing is undefined");
    }

    private static object? Reverse(object? input, Arguments arguments, Meter meter)
    {
        arguments.Bind("the filter 'reverse'");
        if (Python.AsText(input) is { } text)
        {
            meter.Make(text.Length);
            var reversed = CodePoints.Reverse(text);
            return input is Markup ? new Markup(reversed) : reversed;
        }
        var items = Taken(input, meter);
        items.Reverse();
        return input is Iterator ? new Sequence(items) : new Iterator(items, "reversed");
    }

    private static object? Default(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'default'", "default_value?", "boolean?");
        return input is Undefined || given.Flag(1) && !Python.IsTrue(input) ? given.Or(0, "") : input;
    }

    private static Iterator Items(object? input, Arguments arguments, Meter meter)
    {
        arguments.Bind("the filter 'items'");
        return input switch
        {
            Undefined => new Iterator([], "items"),
            Mapping mapping => new Iterator(new MappingView(mapping, "items").Items, "items"),
            _ => new Iterator(Refused(), "items"),
        };

        IEnumerable<object?> Refused() => throw new TemplateException($"{Describe.Kind(input)} has no items");
    }

    // Methods and attributes only: an entry of a dictionary is none.
    private static object? Attr(object? input, Arguments arguments, Meter meter)
    {
        var name = arguments.Bind("the filter 'attr'", "name").Text(0);
        if (input is Mapping)
            return name is "get" or "keys" or "values" or "items" or "copy"
                ? Access.Attribute(input, name, meter)
                : Undefined.Entry(input, name);
        return Access.Attribute(input, name, meter);
    }

    private static Iterator Batch(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'batch'", "linecount", "fill_with?");
        return new Iterator(Rows(), "batch");

        IEnumerable<object?> Rows()
        {
            var row = new List<object?>();
            foreach (var item in Python.Items(input))
            {
                meter.Hold(1);
                if (Python.AreEqual(new BigInteger(row.Count), given[0]))
                {
                    yield return new Sequence([.. row]);
                    row.Clear();
                }
                row.Add(item);
            }
            if (row.Count == 0)
                yield break;
            if (given.Or(1, null) is { } fill && given.Int(0, 0) is var count && row.Count < count)
            {
                meter.Hold(count - row.Count);
                row.AddRange(Enumerable.Repeat<object?>(fill, count - row.Count));
            }
            yield return new Sequence([.. row]);
        }
    }

    private static Iterator Slice(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'slice'", "slices", "fill_with?");
        var slices = given.Int(0, 0);
        return new Iterator(Parts(), "slice");

        IEnumerable<object?> Parts()
        {
            var items = Taken(input, meter);
            if (slices == 0)
                throw new TemplateException("a division by zero");
            var (each, more) = (items.Count / slices, items.Count % slices);
            var start = 0;
            for (var part = 0; part < slices; part++)
            {
                meter.Spend();
                var count = each + (part < more ? 1 : 0);
                var row = items.GetRange(start, count);
                start += count;
                if (given.Or(1, null) is { } fill && part >= more)
                    row.Add(fill);
                yield return new Sequence(row);
            }
        }
    }

    private static object? Sum(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'sum'", "attribute?", "start?");
        var path = AttributePath.Of(given.Or(0, null));
        var sum = given.Or(1, BigInteger.Zero);
        if (sum is string or Markup)
            throw new TemplateException("the filter 'sum' does not add texts; use 'join'");
        foreach (var item in Python.Items(input))
            sum = Operators.Binary("+", sum, path.Get(item, meter), meter);
        return sum;
    }
}
