using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>What operators make of two values.</summary>
internal static class Operators
{
    /// <summary>+, -, *, /, //, % or **.</summary>
    public static object? Binary(string sign, object? left, object? right, Meter meter)
    {
        if (left is Undefined missing)
            throw missing.Error();
        if (sign == "%" && Python.AsText(left) is not null)
            return PrintfFormat.Apply(left!, right, meter);
        if (right is Undefined other)
            throw other.Error();
        if (Python.IsNumber(left) && Python.IsNumber(right))
            return Numbers.Reckon(sign, left, right);
        switch (sign, left, right)
        {
            case ("+", string a, string b):
                meter.Make((long)a.Length + b.Length);
                return a + b;
            case ("+", Markup or string, Markup or string):
                var sum = Markup.Escape(left) + Markup.Escape(right);
                meter.Make(sum.Length);
                return new Markup(sum);
            case ("+", Sequence a, Sequence b) when a.IsTuple == b.IsTuple:
                meter.Hold((long)a.Items.Count + b.Items.Count);
                return new Sequence([.. a.Items, .. b.Items], a.IsTuple);
            case ("*", _, BigInteger or bool) when Repeated(left, right, meter) is { } repeated:
                return repeated;
            case ("*", BigInteger or bool, _) when Repeated(right, left, meter) is { } repeated:
                return repeated;
            case ("|", Mapping a, Mapping b):
                return b.Entries.Aggregate(Copy(a), (sum, entry) => sum.With(entry.Key, entry.Value));
        }
        throw new TemplateException(
            $"'{sign}' between {Describe.Kind(left)} and {Describe.Kind(right)} has no meaning"
        );
    }

    /// <summary>A comparison.</summary>
    public static bool Compare(string sign, object? left, object? right) =>
        sign switch
        {
            "==" => Python.AreEqual(left, right) && !IsNaN(left),
            "!=" => !Python.AreEqual(left, right) || IsNaN(left),
            "in" => Python.Contains(right, left),
            "not in" => !Python.Contains(right, left),
            "<" => Python.Compare(left, right, sign) < 0,
            "<=" => Python.Compare(left, right, sign) <= 0,
            ">" => Python.Compare(left, right, sign) > 0,
            _ => Python.Compare(left, right, sign) >= 0,
        };

    private static bool IsNaN(object? value) => value is double number && double.IsNaN(number);

    private static Mapping Copy(Mapping mapping) =>
        mapping.Entries.Aggregate(new Mapping(), (copy, entry) => copy.With(entry.Key, entry.Value));

    private static object? Repeated(object? value, object? times, Meter meter)
    {
        var count = BigInteger.Max(0, Python.AsInteger(times)!.Value);
        if (Python.AsText(value) is { } text)
        {
            meter.Make(count * text.Length);
            var result = text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text, (int)count));
            return value is Markup ? new Markup(result) : result;
        }
        if (value is not Sequence list)
            return null;
        meter.Hold(count * list.Items.Count);
        return list.Items.Count == 0
            ? list
            : new Sequence([.. Enumerable.Repeat(list.Items, (int)count).SelectMany(items => items)], list.IsTuple);
    }
}
