using Concord.Kernels;
using static Concord.Modeling.Operations.FusedResidual;

namespace Concord.Modeling.Operations;

/// <summary>The kernels of each activation function, with a gate and without, forward and back.</summary>
internal static class ActivationKernels
{
    /// <summary>activation(gate) · up.</summary>
    public static (ActivationKernel Forward, ActivationKernel Backward) Gated(ActivationFunction activation) =>
        activation switch
        {
            ActivationFunction.Silu => (SwiGlu.Forward, SwiGlu.Backward),
            ActivationFunction.Gelu => (
                (input, activated) => GeGlu.Forward(input, activated, tanh: false),
                (input, activated) => GeGlu.Backward(input, activated, tanh: false)
            ),
            ActivationFunction.GeluTanh => (
                (input, activated) => GeGlu.Forward(input, activated, tanh: true),
                (input, activated) => GeGlu.Backward(input, activated, tanh: true)
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "It has no kernel."),
        };

    /// <summary>activation(x).</summary>
    public static (ActivationKernel Forward, ActivationKernel Backward) Plain(ActivationFunction activation) =>
        activation switch
        {
            ActivationFunction.Silu => (Silu.Forward, Silu.Backward),
            ActivationFunction.Gelu => (
                (input, activated) => Gelu.Forward(input, activated, tanh: false),
                (input, activated) => Gelu.Backward(input, activated, tanh: false)
            ),
            ActivationFunction.GeluTanh => (
                (input, activated) => Gelu.Forward(input, activated, tanh: true),
                (input, activated) => Gelu.Backward(input, activated, tanh: true)
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "It has no kernel."),
        };
}
