using System.Diagnostics;
using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Backbones;
using static TorchSharp.torch;

namespace Concord.Bench;

/// <summary>The best rate of matrix products of a model's shapes: what a step's products could reach at most.</summary>
/// <param name="Fp32">GFLOPS in fp32.</param>
/// <param name="Bf16">GFLOPS with bf16 factors; 0 where there is none.</param>
internal sealed record ProductRate(double Fp32, double Bf16)
{
    private const int Rows = 2048;

    /// <summary>
    /// Of Concord's products and of the tensor library's, the best over the model's linear layers and so many
    /// repetitions each.
    /// </summary>
    public static (ProductRate Own, ProductRate Library) Measure(BackboneConfig config, int repetitions)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        (int Inputs, int Outputs)[] layers =
        [
            (config.HiddenSize, (config.Heads + 2 * config.KeyValueHeads) * config.HeadDimension),
            (config.HiddenSize, 2 * config.IntermediateSize),
            (config.IntermediateSize, config.HiddenSize),
        ];
        double own = 0,
            ownBf16 = 0,
            library = 0,
            libraryBf16 = 0;
        foreach (var (inputs, outputs) in layers)
        {
            Tensor x = randn(Rows, inputs),
                weight = randn(outputs, inputs),
                y = empty(Rows, outputs),
                bf16X = x.bfloat16(),
                bf16Weight = weight.bfloat16();
            for (var repetition = 0; repetition < repetitions; repetition++)
            {
                own = Math.Max(
                    own,
                    Rate(() => MatrixProduct.Forward(MatrixView.Of(x), MatrixView.Of(weight), MatrixView.Of(y)))
                );
                if (MatrixProduct.HasBf16)
                    ownBf16 = Math.Max(
                        ownBf16,
                        Rate(() =>
                            MatrixProduct.Forward(
                                MatrixView.Of(x),
                                MatrixView.Of(weight),
                                MatrixView.Of(y),
                                precision: ProductPrecision.Bf16
                            )
                        )
                    );
                library = Math.Max(library, Rate(() => nn.functional.linear(x, weight).Dispose()));
                libraryBf16 = Math.Max(libraryBf16, Rate(() => nn.functional.linear(bf16X, bf16Weight).Dispose()));
            }

            double Rate(Action product)
            {
                var start = Stopwatch.GetTimestamp();
                product();
                return 2.0 * Rows * inputs * outputs / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
            }
        }
        return (new(own, ownBf16), new(library, libraryBf16));
    }
}
