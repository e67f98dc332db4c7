using System.Numerics;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>What every template may call: Jinja's functions and transformers' two.</summary>
internal static class Globals
{
    public static IEnumerable<Callable> All(TimeProvider clock, Meter meter) =>
        [
            new("range", Range),
            new("dict", Dict),
            new("namespace", NamespaceOf),
            new("cycler", CyclerOf),
            new("joiner", Joiner),
            new("raise_exception", Raise),
            new(
                "strftime_now",
                arguments => Strftime.Write(Now(clock), arguments.Bind("strftime_now", "format").Text(0))
            ),
            new("lipsum", _ => throw new TemplateException("'lipsum' gives another text each time")),
        ];

    private static DateTime Now(TimeProvider clock) => clock.GetLocalNow().DateTime;

    private static RangeValue Range(Arguments arguments)
    {
        if (arguments.Named.Count > 0 || arguments.Positional.Count is 0 or > 3)
            throw new TemplateException("'range' takes one to three whole numbers");
        BigInteger[] numbers =
        [
            .. arguments.Positional.Select(value =>
                value is Undefined missing
                    ? throw missing.Error()
                    : Python.AsInteger(value)
                        ?? throw new TemplateException($"'range' needs whole numbers, not {Describe.Kind(value)}")
            ),
        ];
        var start = numbers.Length > 1 ? numbers[0] : BigInteger.Zero;
        var stop = numbers.Length > 1 ? numbers[1] : numbers[0];
        var step = numbers.Length > 2 ? numbers[2] : BigInteger.One;
        if (step.IsZero)
            throw new TemplateException("'range' has the step 0");
        var count = step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        if (count > RangeValue.Longest)
            throw new TemplateException(
                $"'range' gives more than {RangeValue.Longest} numbers, which Jinja's sandbox does not allow"
            )
            {
                IsLimit = true,
            };
        return new RangeValue(start, stop, step);
    }

    private static Mapping Dict(Arguments arguments)
    {
        var made = new Mapping();
        if (arguments.Positional.Count > 1)
            throw new TemplateException("'dict' takes one value and named ones");
        foreach (var entry in arguments.Positional.SelectMany(Entries))
            made.With(entry.Key, entry.Value);
        foreach (var (name, value) in arguments.Named)
            made.With(name, value);
        return made;
    }

    private static IEnumerable<KeyValuePair<object?, object?>> Entries(object? value) =>
        value is Mapping mapping
            ? mapping.Entries
            : Python
                .Items(value)
                .Select(item =>
                    Python.Items(item).ToArray() is [var key, var inner]
                        ? KeyValuePair.Create(key, inner)
                        : throw new TemplateException("'dict' needs a dictionary or pairs")
                );

    private static Namespace NamespaceOf(Arguments arguments)
    {
        var made = new Namespace();
        foreach (var (key, value) in Dict(arguments).Entries)
            made.Members[Python.Text(key)] = Python.Text(key).StartsWith('_')
                ? throw new TemplateException($"a namespace has no hidden name {Describe.Key(key)}")
                : value;
        return made;
    }

    private static Cycler CyclerOf(Arguments arguments) =>
        arguments.Positional.Count > 0 && arguments.Named.Count == 0
            ? new Cycler(arguments.Positional)
            : throw new TemplateException("'cycler' needs values");

    private static Callable Joiner(Arguments arguments)
    {
        var separator = arguments.Bind("joiner", "sep?").Or(0, ", ");
        var used = false;
        return new Callable(
            "joiner",
            given =>
            {
                given.Bind("joiner");
                if (used)
                    return separator;
                used = true;
                return "";
            }
        );
    }

    private static object? Raise(Arguments arguments) =>
        throw new TemplateException(Python.Text(arguments.Bind("raise_exception", "message")[0]))
        {
            IsTemplates = true,
        };
}
