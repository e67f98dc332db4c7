using System.Runtime.CompilerServices;

namespace Concord.Training.Solvers;

/// <summary>
/// An unevaluated sum of two doubles, about 32 digits: residuals of a solve are formed in it, so that iterative
/// refinement reaches the last bit of the answer.
/// </summary>
/// <remarks>
/// Error-free transformations of Knuth and Dekker; the product takes the fused multiply-add, which .NET rounds once on
/// every processor.
/// </remarks>
internal readonly struct DoubleDouble(double high, double low)
{
    public readonly double High = high;
    public readonly double Low = low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble Sum(double a, double b)
    {
        var s = a + b;
        var t = s - a;
        return new(s, a - (s - t) + (b - t));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble Product(double a, double b)
    {
        var p = a * b;
        return new(p, Math.FusedMultiplyAdd(a, b, -p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DoubleDouble Plus(double value)
    {
        var s = Sum(High, value);
        return Quick(s.High, s.Low + Low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DoubleDouble Plus(DoubleDouble value)
    {
        var s = Sum(High, value.High);
        var t = Sum(Low, value.Low);
        var u = Quick(s.High, s.Low + t.High);
        return Quick(u.High, u.Low + t.Low);
    }

    public DoubleDouble Minus(DoubleDouble value) => Plus(new DoubleDouble(-value.High, -value.Low));

    /// <summary>This plus a product of a double and a sum of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DoubleDouble PlusProduct(double a, double high, double low)
    {
        var p = Product(a, high);
        return Plus(Quick(p.High, p.Low + a * low));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleDouble Quick(double a, double b)
    {
        var s = a + b;
        return new(s, b - (s - a));
    }
}
