using Concord.Modeling.Kernels.Products;

namespace Concord.Modeling.Kernels;

/// <summary>The products of a linear layer and of its backward pass, fp32, row-major, on all threads.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>y = scale · x wᵀ + <paramref name="beta"/> y: the layer itself, weights as checkpoints store them.</summary>
    /// <param name="x">(T, in).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="y">(T, out); not read where <paramref name="beta"/> is 0.</param>
    /// <param name="beta">1 adds to y: the residual stream, or a bias put there before; 0 sets.</param>
    /// <param name="scale">Factor of the product.</param>
    public static void Forward(MatrixView x, MatrixView weight, MatrixView y, float beta = 0, float scale = 1) => TiledProduct.Multiply(x, false, weight, true, y, scale, accumulate: beta != 0);

    /// <summary>dx = scale · dy w + <paramref name="beta"/> dx.</summary>
    /// <param name="yGradient">dy (T, out).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="xGradient">dx (T, in).</param>
    /// <param name="beta">0 sets, 1 adds.</param>
    /// <param name="scale">Factor of the product.</param>
    public static void InputGradient(MatrixView yGradient, MatrixView weight, MatrixView xGradient, float beta = 0, float scale = 1) => TiledProduct.Multiply(yGradient, false, weight, false, xGradient, scale, accumulate: beta != 0);

    /// <summary>dw = scale · dyᵀ x + <paramref name="beta"/> dw.</summary>
    /// <param name="yGradient">dy (T, out).</param>
    /// <param name="x">(T, in).</param>
    /// <param name="weightGradient">dw (out, in).</param>
    /// <param name="beta">1 adds to the gradient of earlier micro-batches, 0 sets.</param>
    /// <param name="scale">Factor of the product.</param>
    public static void WeightGradient(MatrixView yGradient, MatrixView x, MatrixView weightGradient, float beta = 1, float scale = 1) => TiledProduct.Multiply(yGradient, true, x, false, weightGradient, scale, accumulate: beta != 0);
}
