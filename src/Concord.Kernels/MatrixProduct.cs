using Concord.Kernels.Products;

namespace Concord.Kernels;

/// <summary>The products of a linear layer and of its backward pass, row-major fp32 matrices, on all threads.</summary>
public static class MatrixProduct
{
    /// <summary>
    /// Whether <see cref="ProductPrecision.Bf16"/> works here: the processor has bf16 instructions and libtorch exports
    /// its kernel for them.
    /// </summary>
    public static bool HasBf16 => Bf16Kernel.IsAvailable;

    /// <summary>
    /// y = scale · x wᵀ + <paramref name="beta"/> y: the layer itself, weights as checkpoints store them.
    /// </summary>
    /// <param name="x">(T, in).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="y">(T, out); not read where <paramref name="beta"/> is 0.</param>
    /// <param name="beta">1 adds to y: the residual stream, or a bias put there before; 0 sets.</param>
    /// <param name="scale">Factor of the product.</param>
    /// <param name="precision">How it is computed.</param>
    public static void Forward(
        MatrixView x,
        MatrixView weight,
        MatrixView y,
        float beta = 0,
        float scale = 1,
        ProductPrecision precision = ProductPrecision.Single
    ) => Multiply(precision, x, false, weight, true, y, scale, accumulate: beta != 0);

    /// <summary>dx = scale · dy w + <paramref name="beta"/> dx.</summary>
    /// <param name="yGradient">dy (T, out).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="xGradient">dx (T, in).</param>
    /// <param name="beta">0 sets, 1 adds.</param>
    /// <param name="scale">Factor of the product.</param>
    /// <param name="precision">How it is computed.</param>
    public static void InputGradient(
        MatrixView yGradient,
        MatrixView weight,
        MatrixView xGradient,
        float beta = 0,
        float scale = 1,
        ProductPrecision precision = ProductPrecision.Single
    ) => Multiply(precision, yGradient, false, weight, false, xGradient, scale, accumulate: beta != 0);

    /// <summary>dw = scale · dyᵀ x + <paramref name="beta"/> dw.</summary>
    /// <param name="yGradient">dy (T, out).</param>
    /// <param name="x">(T, in).</param>
    /// <param name="weightGradient">dw (out, in).</param>
    /// <param name="beta">1 adds to the gradient of earlier micro-batches, 0 sets.</param>
    /// <param name="scale">Factor of the product.</param>
    /// <param name="precision">How it is computed.</param>
    public static void WeightGradient(
        MatrixView yGradient,
        MatrixView x,
        MatrixView weightGradient,
        float beta = 1,
        float scale = 1,
        ProductPrecision precision = ProductPrecision.Single
    ) => Multiply(precision, yGradient, true, x, false, weightGradient, scale, accumulate: beta != 0);

    private static void Multiply(
        ProductPrecision precision,
        MatrixView a,
        bool transposeA,
        MatrixView b,
        bool transposeB,
        MatrixView c,
        float scale,
        bool accumulate
    )
    {
        if (precision == ProductPrecision.Bf16)
            Bf16Product.Multiply(a, transposeA, b, transposeB, c, scale, accumulate);
        else
            TiledProduct.Multiply(a, transposeA, b, transposeB, c, scale, accumulate);
    }
}
