using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>Activation functions x · gate(x), forward and back, for any gate.</summary>
internal static unsafe class GateLoops
{
    /// <summary>a (T, I) from x (T, I).</summary>
    public static void Forward<TGate>(MatrixView x, MatrixView activation)
        where TGate : struct, IGate
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512, TGate>(x, activation);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256, TGate>(x, activation);
        else
            Forward<Lanes128, TGate>(x, activation);
    }

    /// <summary>
    /// From the gradient of a (T, I): the gradient of x, written over x, and a once more, written over its gradient
    /// (see <see cref="SwiGlu.Backward(MatrixView, MatrixView)"/>).
    /// </summary>
    public static void Backward<TGate>(MatrixView x, MatrixView activationGradient)
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
}
