using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Keys of a dictionary: equal as Python's are.</summary>
internal sealed class KeyComparer : IEqualityComparer<object>
{
    public static readonly KeyComparer Instance = new();

    public new bool Equals(object? left, object? right) => Python.AreEqual(left, right);

    public int GetHashCode(object key) =>
        key switch
        {
            string text => string.GetHashCode(text, StringComparison.Ordinal),
            Markup safe => string.GetHashCode(safe.Text, StringComparison.Ordinal),
            bool flag => new BigInteger(flag ? 1 : 0).GetHashCode(),
            BigInteger number => number.GetHashCode(),
            double number => double.IsFinite(number) && Math.Floor(number) == number
                ? new BigInteger(number).GetHashCode()
                : number.GetHashCode(),
            Sequence tuple => tuple.Items.Aggregate(
                17,
                (hash, item) => hash * 31 + (item is null ? 0 : GetHashCode(item))
            ),
            Undefined => 1,
            _ => key.GetHashCode(),
        };
}
