using System.Diagnostics;
using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>How fast this machine multiplies matrices of a small model's shape, in each precision.</summary>
public static class ProductSpeed
{
    private const int Rows = 1024,
        Inputs = 576,
        Outputs = 3072,
        Repetitions = 5;

    /// <summary>
    /// GFLOPS in fp32 and with bf16 factors; the latter 0 where the processor has no instructions for them. The best of
    /// a few repetitions each, taken in turn.
    /// </summary>
    public static (double Single, double Bf16) Measure()
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        MatrixView x = MatrixView.Of(torch.ones(Rows, Inputs)),
            weight = MatrixView.Of(torch.ones(Outputs, Inputs)),
            y = MatrixView.Of(torch.empty(Rows, Outputs));
        double single = 0,
            bf16 = 0;
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            single = Math.Max(single, Rate(ProductPrecision.Single));
            if (MatrixProduct.HasBf16)
                bf16 = Math.Max(bf16, Rate(ProductPrecision.Bf16));
        }
        return (single, bf16);

        double Rate(ProductPrecision precision)
        {
            var start = Stopwatch.GetTimestamp();
            MatrixProduct.Forward(x, weight, y, precision: precision);
            return 2.0 * Rows * Inputs * Outputs / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
        }
    }
}
