using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary><c>range(..)</c>.</summary>
internal sealed record RangeValue(BigInteger Start, BigInteger Stop, BigInteger Step)
{
    public const int Longest = 100_000;

    public int Count { get; } =
        (int)BigInteger.Max(0, Step.Sign > 0 ? (Stop - Start + Step - 1) / Step : (Start - Stop - Step - 1) / -Step);

    public BigInteger this[int place] => Start + place * Step;
}
