using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Entries by their key or place, and slices.</summary>
internal static class Subscripts
{
    /// <summary>An entry; false where there is none.</summary>
    public static bool TryItem(object? target, object? index, out object? value)
    {
        value = null;
        switch (target)
        {
            case Undefined missing:
                throw missing.Error();
            case Mapping mapping:
                return mapping.TryGet(index, out value);
        }
        if (Python.AsInteger(index) is not { } place)
            return false;
        var count = target is Sequence or RangeValue or string or Markup ? Python.Length(target)!.Value : 0;
        if (place.Sign < 0)
            place += count;
        if (place.Sign < 0 || place >= count)
            return false;
        value = target switch
        {
            Sequence list => list.Items[(int)place],
            RangeValue range => range[(int)place],
            Markup safe => new Markup(CodePoints.Slice(safe.Text, (int)place, (int)place + 1)),
            _ => CodePoints.Slice((string)target!, (int)place, (int)place + 1),
        };
        return true;
    }

    /// <summary>A slice.</summary>
    public static object Slice(object? target, object? start, object? stop, object? step, Meter meter)
    {
        var by = Place(step) ?? BigInteger.One;
        if (by.IsZero)
            throw new TemplateException("a slice has the step 0");
        if (target is Undefined missing)
            throw missing.Error();
        if (target is not (Sequence or RangeValue or string or Markup))
            throw new TemplateException($"a slice of {Describe.Kind(target)} has no meaning");
        BigInteger count = Python.Length(target)!.Value;
        var lowest = by.Sign > 0 ? BigInteger.Zero : BigInteger.MinusOne;
        var highest = by.Sign > 0 ? count : count - 1;
        BigInteger Clamp(BigInteger place) =>
            BigInteger.Min(BigInteger.Max(place.Sign < 0 ? place + count : place, lowest), highest);
        var from =
            Place(start) is { } first ? Clamp(first)
            : by.Sign > 0 ? 0
            : count - 1;
        var to =
            Place(stop) is { } last ? Clamp(last)
            : by.Sign > 0 ? count
            : BigInteger.MinusOne;
        if (target is RangeValue range)
            return new RangeValue(range.Start + from * range.Step, range.Start + to * range.Step, range.Step * by);
        if (Python.AsText(target) is { } text)
        {
            meter.Make(text.Length);
            var part =
                by.IsOne ? CodePoints.Slice(text, (int)from, (int)BigInteger.Max(from, to))
                : by == -1 && from == count - 1 && to == -1 ? CodePoints.Reverse(text)
                : string.Concat(Pick([.. CodePoints.Letters(text)], from, to, by));
            return target is Markup ? new Markup(part) : part;
        }
        var list = (Sequence)target;
        meter.Hold(list.Items.Count);
        return new Sequence(Pick(list.Items, from, to, by), list.IsTuple);
    }

    private static List<object?> Pick(IReadOnlyList<object?> items, BigInteger from, BigInteger to, BigInteger by)
    {
        var picked = new List<object?>();
        for (var place = from; by.Sign > 0 ? place < to : place > to; place += by)
            picked.Add(items[(int)place]);
        return picked;
    }

    private static BigInteger? Place(object? value) =>
        value switch
        {
            null => null,
            Undefined missing => throw missing.Error(),
            _ => Python.AsInteger(value)
                ?? throw new TemplateException($"{Describe.Kind(value)} is no place in a slice"),
        };
}
