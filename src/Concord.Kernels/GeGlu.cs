using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// A gated unit with a GELU (Shazeer 2020): a = gelu(gate) · up, from a buffer whose rows hold gate | up side by side.
/// </summary>
public static unsafe class GeGlu
{
    /// <summary>a (T, I) from gate | up (T, 2 I); exact, or in the tanh form.</summary>
    public static void Forward(MatrixView gateUp, MatrixView activation, bool tanh)
    {
        if (tanh)
            Forward<TanhGate>(gateUp, activation);
        else
            Forward<NormalGate>(gateUp, activation);
    }

    /// <summary>
    /// From the gradient of a (T, I): the gradients of gate | up, written over gate | up (T, 2 I), and a once more,
    /// written over its gradient (see <see cref="SwiGlu.Backward(MatrixView, MatrixView)"/>).
    /// </summary>
    public static void Backward(MatrixView gateUp, MatrixView activationGradient, bool tanh)
    {
        if (tanh)
            Backward<TanhGate>(gateUp, activationGradient);
        else
            Backward<NormalGate>(gateUp, activationGradient);
    }

    private static void Forward<TGate>(MatrixView gateUp, MatrixView activation)
        where TGate : struct, IGate
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512, TGate>(gateUp, activation);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256, TGate>(gateUp, activation);
        else
            Forward<Lanes128, TGate>(gateUp, activation);
    }

    private static void Backward<TGate>(MatrixView gateUp, MatrixView activationGradient)
        where TGate : struct, IGate
    {
        if (LaneWidth.Bits == 512)
            Backward<Lanes512, TGate>(gateUp, activationGradient);
        else if (LaneWidth.Bits == 256)
            Backward<Lanes256, TGate>(gateUp, activationGradient);
        else
            Backward<Lanes128, TGate>(gateUp, activationGradient);
    }

    private static void Forward<TLanes, TGate>(MatrixView gateUp, MatrixView activation)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        int width = activation.Columns,
            whole = width - width % TLanes.Count;
        ThreadTeam.Ranges(
            gateUp.Rows,
            8,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    Forward<TLanes, TGate>(gateUp.Row(row), width, activation.Row(row), 0, whole);
                    Forward<OneLane, TGate>(gateUp.Row(row), width, activation.Row(row), whole, width);
                }
            }
        );
    }

    private static void Backward<TLanes, TGate>(MatrixView gateUp, MatrixView activationGradient)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        int width = activationGradient.Columns,
            whole = width - width % TLanes.Count;
        ThreadTeam.Ranges(
            gateUp.Rows,
            8,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    Backward<TLanes, TGate>(gateUp.Row(row), width, activationGradient.Row(row), 0, whole);
                    Backward<OneLane, TGate>(gateUp.Row(row), width, activationGradient.Row(row), whole, width);
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLanes, TGate>(float* gate, int width, float* activation, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            var g = TLanes.Load(gate + i);
            (g * TGate.Of(g) * TLanes.Load(gate + width + i)).Store(activation + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TLanes, TGate>(float* gate, int width, float* gradient, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
        where TGate : struct, IGate
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            TLanes g = TLanes.Load(gate + i),
                up = TLanes.Load(gate + width + i),
                da = TLanes.Load(gradient + i);
            var open = TGate.Of(g, out var slope);
            var activated = g * open;
            (activated * up).Store(gradient + i);
            (da * activated).Store(gate + width + i);
            (da * up * TLanes.MultiplyAdd(g, slope, open)).Store(gate + i);
        }
    }
}
