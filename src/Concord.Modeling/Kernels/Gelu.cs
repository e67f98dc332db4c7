using System.Runtime.CompilerServices;
using Concord.Modeling.Kernels.Lanes;

namespace Concord.Modeling.Kernels;

/// <summary>The Gaussian error linear unit, x · Φ(x), exact or in the tanh form that some checkpoints were trained with.</summary>
internal static unsafe class Gelu
{
    private const float SqrtHalf = 0.70710678f, InverseSqrtTwoPi = 0.39894228f, SqrtTwoOverPi = 0.79788456f, Cubic = 0.044715f;

    /// <summary>a (T, I) from x (T, I).</summary>
    public static void Forward(MatrixView x, MatrixView activation, bool tanh)
    {
        if (LaneWidth.Bits == 512) Forward<Lanes512>(x, activation, tanh);
        else if (LaneWidth.Bits == 256) Forward<Lanes256>(x, activation, tanh);
        else Forward<Lanes128>(x, activation, tanh);
    }

    /// <summary>From the gradient of a (T, I): the gradient of x, written over x, and a once more, written over its gradient (see <see cref="SwiGlu.Backward(MatrixView, MatrixView)"/>).</summary>
    public static void Backward(MatrixView x, MatrixView activationGradient, bool tanh)
    {
        if (LaneWidth.Bits == 512) Backward<Lanes512>(x, activationGradient, tanh);
        else if (LaneWidth.Bits == 256) Backward<Lanes256>(x, activationGradient, tanh);
        else Backward<Lanes128>(x, activationGradient, tanh);
    }

    private static void Forward<TLanes>(MatrixView x, MatrixView activation, bool tanh)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int width = x.Columns, whole = width - width % TLanes.Count;
        ThreadTeam.Ranges(x.Rows, 8, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                Forward<TLanes>(x.Row(row), activation.Row(row), tanh, 0, whole);
                Forward<OneLane>(x.Row(row), activation.Row(row), tanh, whole, width);
            }
        });
    }

    private static void Backward<TLanes>(MatrixView x, MatrixView activationGradient, bool tanh)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int width = x.Columns, whole = width - width % TLanes.Count;
        ThreadTeam.Ranges(x.Rows, 8, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                Backward<TLanes>(x.Row(row), activationGradient.Row(row), tanh, 0, whole);
                Backward<OneLane>(x.Row(row), activationGradient.Row(row), tanh, whole, width);
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLanes>(float* x, float* activation, bool tanh, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            (value * (tanh ? TanhGate(value, out _) : NormalGate(value))).Store(activation + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TLanes>(float* x, float* gradient, bool tanh, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            TLanes value = TLanes.Load(x + i), da = TLanes.Load(gradient + i), slope = default;
            var gate = tanh ? TanhGate(value, out slope) : NormalGate(value);
            if (!tanh) slope = TLanes.Create(InverseSqrtTwoPi) * LaneMath.Exp(value * value * TLanes.Create(-0.5f));
            (value * gate).Store(gradient + i);
            (da * TLanes.MultiplyAdd(value, slope, gate)).Store(x + i);
        }
    }

    /// <summary>Φ(x) = (1 + erf(x / √2)) / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes NormalGate<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var half = TLanes.Create(0.5f);
        return TLanes.MultiplyAdd(LaneMath.Erf(x * TLanes.Create(SqrtHalf)), half, half);
    }

    /// <summary>(1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2 and its derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes TanhGate<TLanes>(TLanes x, out TLanes slope)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes half = TLanes.Create(0.5f), one = TLanes.Create(1f), scale = TLanes.Create(SqrtTwoOverPi);
        var square = x * x;
        var t = LaneMath.Tanh(scale * x * TLanes.MultiplyAdd(square, TLanes.Create(Cubic), one));
        slope = half * (one - t * t) * scale * TLanes.MultiplyAdd(square, TLanes.Create(3 * Cubic), one);
        return TLanes.MultiplyAdd(t, half, half);
    }
}
