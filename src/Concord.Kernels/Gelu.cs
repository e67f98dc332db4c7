using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// The Gaussian error linear unit, x · Φ(x), exact or in the tanh form that some checkpoints were trained with.
/// </summary>
public static unsafe class Gelu
{
    private const float SqrtHalf = 0.70710678f,
        InverseSqrtTwoPi = 0.39894228f,
        SqrtTwoOverPi = 0.79788456f,
        Cubic = 0.044715f;

    /// <summary>
    /// What x is multiplied by. A type of its own for each form: the compiler inlines so much and no more into one
    /// method, and a loop that holds both forms runs at a fifth of the speed.
    /// </summary>
    private interface IGate
    {
        static abstract TLanes Of<TLanes>(TLanes x)
            where TLanes : unmanaged, ILanes<TLanes>;

        static abstract TLanes Of<TLanes>(TLanes x, out TLanes slope)
            where TLanes : unmanaged, ILanes<TLanes>;
    }

    /// <summary>a (T, I) from x (T, I).</summary>
    public static void Forward(MatrixView x, MatrixView activation, bool tanh)
    {
        if (tanh)
            Forward<TanhGate>(x, activation);
        else
            Forward<NormalGate>(x, activation);
    }

    /// <summary>
    /// From the gradient of a (T, I): the gradient of x, written over x, and a once more, written over its gradient
    /// (see <see cref="SwiGlu.Backward(MatrixView, MatrixView)"/>).
    /// </summary>
    public static void Backward(MatrixView x, MatrixView activationGradient, bool tanh)
    {
        if (tanh)
            Backward<TanhGate>(x, activationGradient);
        else
            Backward<NormalGate>(x, activationGradient);
    }

    private static void Forward<TGate>(MatrixView x, MatrixView activation)
        where TGate : struct, IGate
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512, TGate>(x, activation);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256, TGate>(x, activation);
        else
            Forward<Lanes128, TGate>(x, activation);
    }

    private static void Backward<TGate>(MatrixView x, MatrixView activationGradient)
        where TGate : struct, IGate
    {
        if (LaneWidth.Bits == 512)
            Backward<Lanes512, TGate>(x, activationGradient);
        else if (LaneWidth.Bits == 256)
            Backward<Lanes256, TGate>(x, activationGradient);
        else
            Backward<Lanes128, TGate>(x, activationGradient);
    }

    private static void Forward<TLanes, TGate>(MatrixView x, MatrixView activation)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        int width = x.Columns,
            whole = width - width % TLanes.Count;
        ThreadTeam.Ranges(
            x.Rows,
            8,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    Forward<TLanes, TGate>(x.Row(row), activation.Row(row), 0, whole);
                    Forward<OneLane, TGate>(x.Row(row), activation.Row(row), whole, width);
                }
            }
        );
    }

    private static void Backward<TLanes, TGate>(MatrixView x, MatrixView activationGradient)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        int width = x.Columns,
            whole = width - width % TLanes.Count;
        ThreadTeam.Ranges(
            x.Rows,
            8,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    Backward<TLanes, TGate>(x.Row(row), activationGradient.Row(row), 0, whole);
                    Backward<OneLane, TGate>(x.Row(row), activationGradient.Row(row), whole, width);
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLanes, TGate>(float* x, float* activation, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            var value = TLanes.Load(x + i);
            (value * TGate.Of(value)).Store(activation + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TLanes, TGate>(float* x, float* gradient, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            TLanes value = TLanes.Load(x + i),
                da = TLanes.Load(gradient + i);
            var gate = TGate.Of(value, out var slope);
            (value * gate).Store(gradient + i);
            (da * TLanes.MultiplyAdd(value, slope, gate)).Store(x + i);
        }
    }

    /// <summary>Φ(x) = (1 + erf(x / √2)) / 2 and its derivative.</summary>
    private readonly struct NormalGate : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Of<TLanes>(TLanes x)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var half = TLanes.Create(0.5f);
            return TLanes.MultiplyAdd(LaneMath.Erf(x * TLanes.Create(SqrtHalf)), half, half);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Of<TLanes>(TLanes x, out TLanes slope)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            slope = TLanes.Create(InverseSqrtTwoPi) * LaneMath.Exp(x * x * TLanes.Create(-0.5f));
            return Of(x);
        }
    }

    /// <summary>(1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2 and its derivative.</summary>
    private readonly struct TanhGate : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Of<TLanes>(TLanes x)
            where TLanes : unmanaged, ILanes<TLanes> => Of(x, out _);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Of<TLanes>(TLanes x, out TLanes slope)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            TLanes half = TLanes.Create(0.5f),
                one = TLanes.Create(1f),
                scale = TLanes.Create(SqrtTwoOverPi);
            var square = x * x;
            var t = LaneMath.Tanh(scale * x * TLanes.MultiplyAdd(square, TLanes.Create(Cubic), one));
            slope = half * (one - t * t) * scale * TLanes.MultiplyAdd(square, TLanes.Create(3 * Cubic), one);
            return TLanes.MultiplyAdd(t, half, half);
        }
    }
}
