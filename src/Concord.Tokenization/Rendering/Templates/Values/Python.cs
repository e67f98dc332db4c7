using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>How values print, count as true, are equal, ordered and gone through: as in Python.</summary>
/// <remarks>
/// None is null, whole numbers are <see cref="BigInteger"/>, others <see cref="double"/>; texts are
/// <see cref="string"/> or <see cref="Markup"/>.
/// </remarks>
internal static class Python
{
    public static bool IsTrue(object? value) =>
        value switch
        {
            null or Undefined => false,
            bool flag => flag,
            BigInteger number => !number.IsZero,
            double number => number != 0,
            string text => text.Length > 0,
            Markup safe => safe.Text.Length > 0,
            Sequence list => list.Items.Count > 0,
            Mapping mapping => mapping.Count > 0,
            RangeValue range => range.Count > 0,
            MappingView view => view.Mapping.Count > 0,
            LoopValue loop => loop.Length > 0,
            _ => true,
        };

    /// <summary>A value as <c>str(..)</c> writes it.</summary>
    public static string Text(object? value) =>
        value switch
        {
            string text => text,
            Markup safe => safe.Text,
            Undefined => "",
            Sequence { IsContent: true } => throw new TemplateException(
                "the template prints a message's list of parts as it stands"
            ),
            _ => Representation.Of(value),
        };

    /// <summary>The text of a text, or null.</summary>
    public static string? AsText(object? value) =>
        value switch
        {
            string text => text,
            Markup safe => safe.Text,
            _ => null,
        };

    public static bool IsNumber(object? value) => value is bool or BigInteger or double;

    /// <summary>A whole number, or null.</summary>
    public static BigInteger? AsInteger(object? value) =>
        value switch
        {
            BigInteger number => number,
            bool flag => flag ? BigInteger.One : BigInteger.Zero,
            _ => null,
        };

    public static double AsDouble(object? value) =>
        value switch
        {
            BigInteger number => Numbers.Float(number),
            bool flag => flag ? 1 : 0,
            double number => number,
            _ => throw new TemplateException($"{Describe.Kind(value)} is no number"),
        };

    public static bool AreEqual(object? left, object? right)
    {
        switch (left, right)
        {
            case (null, null):
                return true;
            case (null, _) or (_, null):
                return false;
            case (string a, string b):
                return a == b;
            case (Undefined, Undefined):
                return true;
            case (Sequence a, Sequence b):
                return a.IsTuple == b.IsTuple
                    && a.Items.Count == b.Items.Count
                    && (ReferenceEquals(a, b) || a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second)));
            case (Mapping a, Mapping b):
                return a.Count == b.Count
                    && (
                        ReferenceEquals(a, b)
                        || a.Entries.All(entry => b.TryGet(entry.Key, out var other) && AreEqual(entry.Value, other))
                    );
            case (RangeValue a, RangeValue b):
                return a.Count == b.Count && (a.Count == 0 || a.Start == b.Start && (a.Count == 1 || a.Step == b.Step));
            case (MappingView { Kind: not "values" } a, MappingView b) when a.Kind == b.Kind:
                return a.Mapping.Count == b.Mapping.Count
                    && a.Items.All(item => b.Items.Any(other => AreEqual(item, other)));
        }
        if (AsText(left) is { } first && AsText(right) is { } second)
            return first == second;
        if (IsNumber(left) && IsNumber(right))
            return Numbers.Compare(left, right) == 0;
        return ReferenceEquals(left, right);
    }

    /// <summary>Which comes first; null where one of them is no number (NaN).</summary>
    /// <exception cref="TemplateException">They have no order.</exception>
    public static int? Compare(object? left, object? right, string sign)
    {
        if (left is Undefined missing)
            throw missing.Error();
        if (right is Undefined other)
            throw other.Error();
        if (IsNumber(left) && IsNumber(right))
            return Numbers.Compare(left, right);
        if (AsText(left) is { } first && AsText(right) is { } second)
            return CodePoints.Compare(first, second);
        if (left is Sequence a && right is Sequence b && a.IsTuple == b.IsTuple)
        {
            for (var at = 0; at < Math.Min(a.Items.Count, b.Items.Count); at++)
                if (!AreEqual(a.Items[at], b.Items[at]))
                    return Compare(a.Items[at], b.Items[at], sign);
            return a.Items.Count.CompareTo(b.Items.Count);
        }
        throw new TemplateException(
            $"'{sign}' between {Describe.Kind(left)} and {Describe.Kind(right)} has no meaning"
        );
    }

    /// <summary>Whether a value is among what another holds.</summary>
    public static bool Contains(object? container, object? item)
    {
        switch (container)
        {
            case Mapping mapping:
                return Mapping.IsKey(item)
                    ? mapping.TryGet(item, out _)
                    : throw new TemplateException($"{Describe.Kind(item)} cannot be a key");
            case RangeValue range:
                return IsNumber(item) && Enumerable.Range(0, range.Count).Any(at => AreEqual(range[at], item));
        }
        if (AsText(container) is { } text)
            return item is Undefined missing ? throw missing.Error()
                : AsText(item) is { } part ? text.Contains(part, StringComparison.Ordinal)
                : throw new TemplateException($"{Describe.Kind(item)} cannot be in a text");
        return Items(container).Any(other => AreEqual(other, item));
    }

    /// <summary>What a loop goes through.</summary>
    /// <exception cref="TemplateException">It is nothing of the kind.</exception>
    public static IEnumerable<object?> Items(object? value) =>
        TryItems(value) ?? throw new TemplateException($"{Describe.Kind(value)} cannot be gone through");

    /// <summary>What a loop goes through, or null where it is nothing of the kind.</summary>
    public static IEnumerable<object?>? TryItems(object? value) =>
        value switch
        {
            Sequence list => list.Items,
            Mapping mapping => mapping.Keys,
            string text => CodePoints.Letters(text),
            Markup safe => CodePoints.Letters(safe.Text),
            Undefined => [],
            RangeValue range => Enumerable.Range(0, range.Count).Select(at => (object?)range[at]),
            MappingView view => view.Items,
            Iterator iterator => iterator.Rest(),
            _ => null,
        };

    /// <summary>How many items a value has, or null where it cannot be told.</summary>
    public static int? Length(object? value) =>
        value switch
        {
            string text => CodePoints.Count(text),
            Markup safe => CodePoints.Count(safe.Text),
            Sequence list => list.Items.Count,
            Mapping mapping => mapping.Count,
            RangeValue range => range.Count,
            MappingView view => view.Mapping.Count,
            LoopValue loop => loop.Length,
            Undefined => 0,
            _ => null,
        };
}
