namespace Concord.Kernels;

/// <summary>
/// The Gaussian error linear unit, x · Φ(x), exact or in the tanh form that some checkpoints were trained with.
/// </summary>
public static class Gelu
{
    /// <summary>a (T, I) from x (T, I).</summary>
    public static void Forward(MatrixView x, MatrixView activation, bool tanh)
    {
        if (tanh)
            GateLoops.Forward<TanhGate>(x, activation);
        else
            GateLoops.Forward<NormalGate>(x, activation);
    }

    /// <summary>
    /// From the gradient of a (T, I): the gradient of x, written over x, and a once more, written over its gradient
    /// (see <see cref="SwiGlu.Backward(MatrixView, MatrixView)"/>).
    /// </summary>
    public static void Backward(MatrixView x, MatrixView activationGradient, bool tanh)
    {
        if (tanh)
            GateLoops.Backward<TanhGate>(x, activationGradient);
        else
            GateLoops.Backward<NormalGate>(x, activationGradient);
    }
}
