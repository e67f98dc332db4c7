using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// The gated unit of LLaMA's feed-forward layer: a = silu(gate) · up, from a buffer whose rows hold gate | up side by
/// side.
/// </summary>
public static unsafe class SwiGlu
{
    /// <summary>a (T, I) from gate | up (T, 2 I).</summary>
    public static void Forward(MatrixView gateUp, MatrixView activation)
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512>(gateUp, activation);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256>(gateUp, activation);
        else
            Forward<Lanes128>(gateUp, activation);
    }

    /// <summary>
    /// From the gradient of a (T, I): the gradients of gate | up, written over gate | up (T, 2 I), and a once more,
    /// written over its gradient: the backward pass of the product that read a needs it, and nothing else needs what
    /// was there.
    /// </summary>
    public static void Backward(MatrixView gateUp, MatrixView activationGradient)
    {
        if (LaneWidth.Bits == 512)
            Backward<Lanes512>(gateUp, activationGradient);
        else if (LaneWidth.Bits == 256)
            Backward<Lanes256>(gateUp, activationGradient);
        else
            Backward<Lanes128>(gateUp, activationGradient);
    }

    private static void Forward<TLanes>(MatrixView gateUp, MatrixView activation)
        where TLanes : unmanaged, ILanes<TLanes>
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
                    Forward<TLanes>(gateUp.Row(row), width, activation.Row(row), 0, whole);
                    Forward<OneLane>(gateUp.Row(row), width, activation.Row(row), whole, width);
                }
            }
        );
    }

    private static void Backward<TLanes>(MatrixView gateUp, MatrixView activationGradient)
        where TLanes : unmanaged, ILanes<TLanes>
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
                    Backward<TLanes>(gateUp.Row(row), width, activationGradient.Row(row), 0, whole);
                    Backward<OneLane>(gateUp.Row(row), width, activationGradient.Row(row), whole, width);
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLanes>(float* gate, int width, float* activation, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            var g = TLanes.Load(gate + i);
            (g * LaneMath.Sigmoid(g) * TLanes.Load(gate + width + i)).Store(activation + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TLanes>(float* gate, int width, float* gradient, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Create(1f);
        for (var i = from; i < to; i += TLanes.Count)
        {
            TLanes g = TLanes.Load(gate + i),
                up = TLanes.Load(gate + width + i),
                da = TLanes.Load(gradient + i);
            var sigmoid = LaneMath.Sigmoid(g);
            var silu = g * sigmoid;
            (silu * up).Store(gradient + i);
            (da * silu).Store(gate + width + i);
            // silu' = σ · (1 + g · (1 - σ))
            (da * up * TLanes.MultiplyAdd(silu, one - sigmoid, sigmoid)).Store(gate + i);
        }
    }
}
