using Concord.Kernels;
using Concord.Modeling;
using static TorchSharp.torch;

namespace Concord.Bench;

/// <summary>
/// The products of SmolLM2-135M's linear layers, ours and libtorch's (MKL in fp32, oneDNN in bf16), in GFLOPS. Ours in
/// bf16 take fp32 factors and round them; libtorch's are given rounded ones and round the result.
/// </summary>
internal static class MatrixProductBenchmark
{
    private static readonly (int Inputs, int Outputs)[] Layers = [(576, 960), (576, 576), (576, 3072), (1536, 576)];

    /// <summary>Prints a table.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine(
            $"Matrix products, GFLOPS on {get_num_threads()} threads (median of interleaved rounds): forward / "
                + $"input gradient / weight gradient"
        );
        output.WriteLine();
        output.WriteLine(
            "| rows | layer | Concord fp32 | torch fp32 | Concord bf16 | torch bf16 | Concord / torch fp32 | "
                + "Concord bf16 / fp32 |"
        );
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var rows in new[] { 128, 512, 1024, 2048 })
        foreach (var (inputs, outputs) in Layers)
            Row(output, rows, inputs, outputs);
        output.WriteLine();
    }

    private static void Row(TextWriter output, int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        Tensor x = randn(rows, inputs),
            w = randn(outputs, inputs),
            dy = randn(rows, outputs),
            y = empty(rows, outputs),
            dx = empty(rows, inputs),
            dw = zeros(outputs, inputs);
        Tensor xBf16 = x.bfloat16(),
            wBf16 = w.bfloat16(),
            dyBf16 = dy.bfloat16();
        MatrixView X = MatrixView.Of(x),
            W = MatrixView.Of(w),
            DY = MatrixView.Of(dy),
            Y = MatrixView.Of(y),
            DX = MatrixView.Of(dx),
            DW = MatrixView.Of(dw);
        var times = Contest.Medians(
            5,
            0.02,
            () => MatrixProduct.Forward(X, W, Y),
            () => MatrixProduct.InputGradient(DY, W, DX),
            () => MatrixProduct.WeightGradient(DY, X, DW),
            Torch(() => x.mm(w.t())),
            Torch(() => dy.mm(w)),
            Torch(() => dw.addmm(dy.t(), x)),
            Torch(() => xBf16.mm(wBf16.t())),
            Torch(() => dyBf16.mm(wBf16)),
            Torch(() => dyBf16.t().mm(xBf16)),
            Bf16(() => MatrixProduct.Forward(X, W, Y, precision: ProductPrecision.Bf16)),
            Bf16(() => MatrixProduct.InputGradient(DY, W, DX, precision: ProductPrecision.Bf16)),
            Bf16(() => MatrixProduct.WeightGradient(DY, X, DW, precision: ProductPrecision.Bf16))
        );
        var rates = times.Select(time => 2.0 * rows * inputs * outputs / time / 1e9).ToArray();
        static Action Torch(Func<Tensor> product) =>
            () =>
            {
                using var inner = NewDisposeScope();
                product();
            };
        static Action Bf16(Action product) => MatrixProduct.HasBf16 ? product : () => { };
        string Own(Func<string> cell) => MatrixProduct.HasBf16 ? cell() : "none";
        string Three(int first) => string.Join(" / ", rates.Skip(first).Take(3).Select(rate => $"{rate:F0}"));
        output.WriteLine(
            $"| {rows} | {inputs} -> {outputs} | {Three(0)} | {Three(3)} | {Own(() => Three(9))} | {Three(6)} | "
                + $"{Ratio.Shown(Sum(3) / Sum(0))} | {Own(() => Ratio.Shown(Sum(0) / Sum(9)))} |"
        );

        double Sum(int first) => times.Skip(first).Take(3).Sum();
    }
}
