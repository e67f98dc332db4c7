using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>The few methods of numbers that a template may have use for.</summary>
internal static class NumberMethods
{
    public static Func<Arguments, object?>? Find(object number, string name) =>
        (name, number) switch
        {
            ("is_integer", double value) => _ => double.IsFinite(value) && Math.Floor(value) == value,
            ("bit_length", BigInteger or bool) => _ =>
                (BigInteger)(long)BigInteger.Abs(Python.AsInteger(number)!.Value).GetBitLength(),
            ("conjugate", _) => _ => number,
            _ => null,
        };
}
