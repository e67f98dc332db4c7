using System.Runtime.CompilerServices;

namespace Concord.Kernels.Lanes;

/// <summary>Transcendental functions on lanes, to about one unit in the last place of a float.</summary>
internal static class LaneMath
{
    /// <summary>
    /// e^x: argument reduction by ln 2 in two parts, then a polynomial of degree 6 (Cephes). Below -87.7 the result is
    /// 0 or subnormal, above 88.3 it stays at e^88.3; not-a-number passes through.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var clamped = TLanes.Max(TLanes.Create(-200f), TLanes.Min(TLanes.Create(88.37f), x));
        var n = TLanes.Round(clamped * TLanes.Create(1.44269504f));
        var r = TLanes.MultiplyAdd(n, TLanes.Create(-0.693359375f), clamped);
        r = TLanes.MultiplyAdd(n, TLanes.Create(2.12194440e-4f), r);
        var p = TLanes.MultiplyAdd(TLanes.Create(1.9875691500e-4f), r, TLanes.Create(1.3981999507e-3f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Create(8.3334519073e-3f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Create(4.1665795894e-2f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Create(1.6666665459e-1f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Create(5.0000001201e-1f));
        p = TLanes.MultiplyAdd(p, r * r, r + TLanes.Create(1f));
        return TLanes.Scale(p, n);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sigmoid<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Create(1f);
        return one / (one + Exp(-x));
    }

    /// <summary>
    /// The hyperbolic tangent: an odd polynomial for |x| below 0.625, 1 - 2 / (e^2x + 1) beyond (Cephes).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Tanh<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Create(1f);
        var size = TLanes.Abs(x);
        var square = x * x;
        var p = TLanes.MultiplyAdd(TLanes.Create(-5.70498872745e-3f), square, TLanes.Create(2.06390887954e-2f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(-5.37397155531e-2f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(1.33314422036e-1f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(-3.33332819422e-1f));
        var near = TLanes.MultiplyAdd(p * square, x, x);
        var far = one - TLanes.Create(2f) / (Exp(size + size) + one);
        return TLanes.SelectLess(size, TLanes.Create(0.625f), near, TLanes.CopySign(far, x));
    }

    /// <summary>
    /// The error function: a polynomial in x for |x| below 0.93, 1 - e^(polynomial in |x|) beyond; within one unit in
    /// the last place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Erf<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var size = TLanes.Abs(x);
        var square = x * x;
        var p = TLanes.MultiplyAdd(TLanes.Create(-5.96761703e-4f), square, TLanes.Create(4.99119423e-3f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(-2.67681349e-2f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(1.12819925e-1f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(-3.76125336e-1f));
        p = TLanes.MultiplyAdd(p, square, TLanes.Create(1.28379166e-1f));
        var near = TLanes.MultiplyAdd(p, x, x);

        var q = TLanes.MultiplyAdd(TLanes.Create(-1.72853470e-5f), size, TLanes.Create(3.83197126e-4f));
        var u = TLanes.MultiplyAdd(TLanes.Create(-3.88396438e-3f), size, TLanes.Create(2.42546219e-2f));
        q = TLanes.MultiplyAdd(q, square, u);
        q = TLanes.MultiplyAdd(q, size, TLanes.Create(-1.06777877e-1f));
        q = TLanes.MultiplyAdd(q, size, TLanes.Create(-6.34846687e-1f));
        q = TLanes.MultiplyAdd(q, size, TLanes.Create(-1.28717512e-1f));
        q = TLanes.MultiplyAdd(q, size, -size);
        var far = TLanes.CopySign(TLanes.Create(1f) - Exp(q), x);
        // Beyond 4 the function is 1 in floats, and the polynomial is not meant for it.
        far = TLanes.SelectLess(TLanes.Create(4f), size, TLanes.CopySign(TLanes.Create(1f), x), far);
        return TLanes.SelectLess(size, TLanes.Create(0.927734375f), near, far);
    }
}
