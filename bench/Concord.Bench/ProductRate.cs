using System.Diagnostics;
using Concord.Modeling.Kernels;
using Concord.Modeling.Weights;
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
            ownHalf = 0,
            library = 0,
            libraryHalf = 0;
        foreach (var (inputs, outputs) in layers)
        {
            Tensor x = randn(Rows, inputs),
                weight = randn(outputs, inputs),
                y = empty(Rows, outputs),
                halfX = x.bfloat16(),
                halfWeight = weight.bfloat16();
            for (var repetition = 0; repetition < repetitions; repetition++)
            {
                own = Math.Max(
                    own,
                    Rate(() => MatrixProduct.Forward(MatrixView.Of(x), MatrixView.Of(weight), MatrixView.Of(y)))
                );
                if (MatrixProduct.HasBf16)
                    ownHalf = Math.Max(
                        ownHalf,
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
                libraryHalf = Math.Max(libraryHalf, Rate(() => nn.functional.linear(halfX, halfWeight).Dispose()));
            }

            double Rate(Action product)
            {
                var start = Stopwatch.GetTimestamp();
                product();
                return 2.0 * Rows * inputs * outputs / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
            }
        }
        return (new(own, ownHalf), new(library, libraryHalf));
    }
}
