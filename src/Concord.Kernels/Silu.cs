namespace Concord.Kernels;

/// <summary>The sigmoid linear unit, x · σ(x), where nothing is multiplied in (see <see cref="SwiGlu"/>).</summary>
public static class Silu
{
    /// <summary>a (T, I) from x (T, I).</summary>
    public static void Forward(MatrixView x, MatrixView activation) => GateLoops.Forward<SigmoidGate>(x, activation);

    /// <summary>
    /// From the gradient of a (T, I): the gradient of x, written over x, and a once more, written over its gradient
    /// (see <see cref="SwiGlu.Backward(MatrixView, MatrixView)"/>).
    /// </summary>
    public static void Backward(MatrixView x, MatrixView activationGradient) =>
        GateLoops.Backward<SigmoidGate>(x, activationGradient);
}
