using System.Globalization;
using System.Numerics;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary><c>attribute="a.b.0"</c> of filters: names and places, one within the other.</summary>
internal sealed class AttributePath
{
    private readonly IReadOnlyList<object?> parts;
    private readonly object? otherwise;

    private AttributePath(IReadOnlyList<object?> parts, object? otherwise) =>
        (this.parts, this.otherwise) = (parts, otherwise);

    /// <summary>A path; none gives the item itself.</summary>
    public static AttributePath Of(object? attribute, object? otherwise = null) =>
        new(
            attribute is null ? []
                : Python.AsText(attribute) is { } text ? [.. text.Split('.').Select(Part)]
                : [attribute],
            otherwise
        );

    /// <summary>Several paths, separated by commas.</summary>
    public static IReadOnlyList<AttributePath> Several(object? attribute) =>
        Python.AsText(attribute) is { } text ? [.. text.Split(',').Select(one => Of(one))] : [Of(attribute)];

    public object? Get(object? item, Meter meter)
    {
        meter.Spend();
        foreach (var part in parts)
        {
            item = Access.Item(item, part, meter);
            if (otherwise is not null && item is Undefined)
                item = otherwise;
        }
        return item;
    }

    private static object? Part(string name) =>
        name.Length is > 0 and < 10 && name.All(char.IsAsciiDigit)
            ? BigInteger.Parse(name, CultureInfo.InvariantCulture)
            : name;
}
