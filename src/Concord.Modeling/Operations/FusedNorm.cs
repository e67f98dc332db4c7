using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// RMSNorm or LayerNorm by the fused kernels. Statistics of each row are kept: 1 / root mean square (T), or mean and 1
/// / standard deviation (2, T).
/// </summary>
internal static unsafe class FusedNorm
{
    /// <summary>Normalises x into y; gives the statistics, rented.</summary>
    public static torch.Tensor Forward(BufferPool pool, MatrixView x, NormLayer norm, MatrixView y)
    {
        var statistics = pool.Rent(norm.Bias is null ? 1 : 2, x.Rows);
        float* first = MatrixView.Of(statistics).Data,
            weight = Data(norm.Weight);
        if (norm.Bias is null)
            RmsNorm.Forward(x, weight, y, first, (float)norm.Epsilon);
        else
            LayerNorm.Forward(x, weight, Data(norm.Bias), y, first, first + x.Rows, (float)norm.Epsilon);
        return statistics;
    }

    /// <summary>Normalises once more from the statistics.</summary>
    public static void Reapply(MatrixView x, NormLayer norm, torch.Tensor statistics, MatrixView y)
    {
        float* first = MatrixView.Of(statistics).Data,
            weight = Data(norm.Weight);
        if (norm.Bias is null)
            RmsNorm.Reapply(x, weight, first, y);
        else
            LayerNorm.Reapply(x, weight, Data(norm.Bias), first, first + x.Rows, y);
    }

    /// <summary>Gradient of x, and of weight and bias where they are trained.</summary>
    public static void Backward(
        BufferPool pool,
        MatrixView x,
        NormLayer norm,
        torch.Tensor statistics,
        MatrixView gradient,
        MatrixView inputGradient,
        bool accumulate
    )
    {
        float* first = MatrixView.Of(statistics).Data,
            weight = Data(norm.Weight);
        if (norm.Bias is null)
        {
            RmsNorm.Backward(
                x,
                weight,
                first,
                gradient,
                inputGradient,
                norm.Weight.Trainable ? MatrixView.Of(norm.Weight.Gradient!).Data : null,
                accumulate
            );
            return;
        }
        if (!norm.Weight.Trainable)
        {
            LayerNorm.Backward(x, weight, first, first + x.Rows, gradient, inputGradient, null, accumulate);
            return;
        }
        var both = pool.Rent(2, x.Columns); // the kernel takes the gradients of weight and bias side by side
        both.zero_();
        var sums = MatrixView.Of(both);
        LayerNorm.Backward(x, weight, first, first + x.Rows, gradient, inputGradient, sums.Data, accumulate);
        Elementwise.Add(sums.Row(0), MatrixView.Of(norm.Weight.Gradient!).Data, x.Columns);
        Elementwise.Add(sums.Row(1), MatrixView.Of(norm.Bias.Gradient!).Data, x.Columns);
        pool.Return(both);
    }

    private static float* Data(Parameter parameter) => MatrixView.Of(parameter.Value).Data;
}
