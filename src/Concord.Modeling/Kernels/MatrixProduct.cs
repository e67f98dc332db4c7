namespace Concord.Modeling.Kernels;

/// <summary>The products of a linear layer and of its backward pass, fp32, row-major, on all threads.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>y = x wᵀ + <paramref name="beta"/> y: the layer itself, weights as checkpoints store them.</summary>
    /// <param name="x">(T, in).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="y">(T, out); not read where <paramref name="beta"/> is 0.</param>
    /// <param name="beta">1 adds to y: the residual stream, or a bias put there before.</param>
    public static void Forward(MatrixView x, MatrixView weight, MatrixView y, float beta = 0) => Blas.Multiply(x, false, weight, true, y, 1, beta);

    /// <summary>dx = dy w + <paramref name="beta"/> dx.</summary>
    /// <param name="yGradient">dy (T, out).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="xGradient">dx (T, in).</param>
    /// <param name="beta">0 sets, 1 adds.</param>
    public static void InputGradient(MatrixView yGradient, MatrixView weight, MatrixView xGradient, float beta = 0) => Blas.Multiply(yGradient, false, weight, false, xGradient, 1, beta);

    /// <summary>dw = dyᵀ x + <paramref name="beta"/> dw.</summary>
    /// <param name="yGradient">dy (T, out).</param>
    /// <param name="x">(T, in).</param>
    /// <param name="weightGradient">dw (out, in).</param>
    /// <param name="beta">1 adds to the gradient of earlier micro-batches, 0 sets.</param>
    public static void WeightGradient(MatrixView yGradient, MatrixView x, MatrixView weightGradient, float beta = 1) => Blas.Multiply(yGradient, true, x, false, weightGradient, 1, beta);
}
