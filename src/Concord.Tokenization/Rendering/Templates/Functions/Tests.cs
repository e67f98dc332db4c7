using System.Collections.Frozen;
using System.Numerics;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>Jinja's tests by name.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Func<object?, bool>> Plain = new Dictionary<
        string,
        Func<object?, bool>
    >
    {
        ["defined"] = value => value is not Undefined,
        ["undefined"] = value => value is Undefined,
        ["none"] = value => value is null,
        ["boolean"] = value => value is bool,
        ["true"] = value => value is true,
        ["false"] = value => value is false,
        ["integer"] = value => value is BigInteger,
        ["float"] = value => value is double,
        ["number"] = Python.IsNumber,
        ["string"] = value => value is string or Markup,
        ["mapping"] = value => value is Mapping,
        ["sequence"] = value => value is string or Markup or Sequence or Mapping or RangeValue or Undefined,
        ["iterable"] = value => value is LoopValue || Python.TryItems(value) is not null,
        ["callable"] = value => value is Callable or MacroValue or LoopValue or Undefined,
        ["escaped"] = value => value is Markup,
        ["lower"] = value => TextCases.IsLower(Python.Text(value)),
        ["upper"] = value => TextCases.IsUpper(Python.Text(value)),
        ["odd"] = value => Rest(value, 2) is var rest && Python.AreEqual(rest, BigInteger.One),
        ["even"] = value => Rest(value, 2) is var rest && Python.AreEqual(rest, BigInteger.Zero),
        ["filter"] = value => Python.AsText(value) is { } name && Filters.Has(name),
        ["test"] = value => Python.AsText(value) is { } name && Has(name),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Func<object?, object?, bool>> WithOther = new Dictionary<
        string,
        Func<object?, object?, bool>
    >
    {
        ["divisibleby"] = (value, other) => Python.AreEqual(Rest(value, other), BigInteger.Zero),
        ["sameas"] = IsSame,
        ["in"] = (value, other) => Python.Contains(other, value),
        ["=="] = (value, other) => Operators.Compare("==", value, other),
        ["eq"] = (value, other) => Operators.Compare("==", value, other),
        ["equalto"] = (value, other) => Operators.Compare("==", value, other),
        ["!="] = (value, other) => Operators.Compare("!=", value, other),
        ["ne"] = (value, other) => Operators.Compare("!=", value, other),
        [">"] = (value, other) => Operators.Compare(">", value, other),
        ["gt"] = (value, other) => Operators.Compare(">", value, other),
        ["greaterthan"] = (value, other) => Operators.Compare(">", value, other),
        [">="] = (value, other) => Operators.Compare(">=", value, other),
        ["ge"] = (value, other) => Operators.Compare(">=", value, other),
        ["<"] = (value, other) => Operators.Compare("<", value, other),
        ["lt"] = (value, other) => Operators.Compare("<", value, other),
        ["lessthan"] = (value, other) => Operators.Compare("<", value, other),
        ["<="] = (value, other) => Operators.Compare("<=", value, other),
        ["le"] = (value, other) => Operators.Compare("<=", value, other),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Has(string name) => Plain.ContainsKey(name) || WithOther.ContainsKey(name);

    public static bool Apply(string name, object? input, Arguments arguments, Meter meter)
    {
        meter.Spend(1 + Size.Weight(input) / 256);
        if (Plain.TryGetValue(name, out var plain))
        {
            arguments.Bind($"the test '{name}'");
            return plain(input);
        }
        if (!WithOther.TryGetValue(name, out var test))
            throw new TemplateException($"the test '{name}' is not known");
        var other = arguments.Bind($"the test '{name}'", "other")[0];
        meter.Spend(Size.Weight(other) / 256);
        return test(input, other);
    }

    private static object Rest(object? value, object? divisor) =>
        Python.IsNumber(value) && Python.IsNumber(divisor)
            ? Numbers.Reckon("%", value, divisor)
            : throw new TemplateException($"{Describe.Kind(value)} cannot be divided");

    private static object Rest(object? value, int divisor) => Rest(value, new BigInteger(divisor));

    private static bool IsSame(object? value, object? other) =>
        (value, other) switch
        {
            (null, null) => true,
            (null, _) or (_, null) => false,
            (string or bool or BigInteger or double, _) => value.GetType() == other.GetType()
                && Python.AreEqual(value, other),
            _ => ReferenceEquals(value, other),
        };
}
