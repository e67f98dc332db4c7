using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Values in words, for errors.</summary>
internal static class Describe
{
    public static string Kind(object? value) =>
        value switch
        {
            null => "None",
            Undefined missing => missing.What.Split(' ') is [var name, "is", "undefined"]
                ? $"{name}, which is undefined,"
                : "an undefined value",
            bool => "a truth value",
            BigInteger or double => "a number",
            string or Markup => "a text",
            Sequence { IsTuple: true } => "a tuple",
            Sequence => "a list",
            Mapping => "a dictionary",
            RangeValue => "a range",
            MappingView view => $"the {view.Kind} of a dictionary",
            Iterator => "an iterator",
            Namespace => "a namespace",
            Callable function => $"the function '{function.Name}'",
            _ => "an object",
        };

    public static string Key(object? key) =>
        key switch
        {
            string text => text.Length <= 60 ? $"'{text}'" : "of a long name",
            BigInteger number when BigInteger.Abs(number) < long.MaxValue => $"{number}",
            _ => Kind(key),
        };
}
