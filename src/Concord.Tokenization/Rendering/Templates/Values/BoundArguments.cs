using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Arguments by place.</summary>
internal readonly struct BoundArguments(string function, object?[] values, bool[] given)
{
    public bool Has(int place) => given[place];

    public object? this[int place] => values[place];

    public object? Or(int place, object? otherwise) => given[place] ? values[place] : otherwise;

    public bool Flag(int place, bool otherwise = false) => given[place] ? Python.IsTrue(values[place]) : otherwise;

    /// <summary>A text.</summary>
    public string Text(int place) =>
        Python.AsText(values[place])
        ?? throw new TemplateException($"{function} needs a text, not {Describe.Kind(values[place])}");

    /// <summary>A text, or null where it is None or not given.</summary>
    public string? OptionalText(int place) => given[place] && values[place] is not null ? Text(place) : null;

    /// <summary>A whole number.</summary>
    public BigInteger Integer(int place) =>
        Python.AsInteger(values[place])
        ?? throw new TemplateException($"{function} needs a whole number, not {Describe.Kind(values[place])}");

    /// <summary>A whole number within the range of an int, which larger ones are brought down to.</summary>
    public int Int(int place, int otherwise)
    {
        if (!given[place])
            return otherwise;
        return (int)BigInteger.Max(int.MinValue + 1, BigInteger.Min(int.MaxValue, Integer(place)));
    }
}
