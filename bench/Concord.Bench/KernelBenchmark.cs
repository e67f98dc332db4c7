using Concord.Modeling.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Bench;

/// <summary>Each kernel forward and backward against the same in torch operations with autograd, on the shapes of SmolLM2-135M and Pythia-160M.</summary>
internal static unsafe class KernelBenchmark
{
    private const int Rows = 1024, Hidden = 576, Wide = 1536, Heads = 9, KeyHeads = 3, Dimension = 64;

    /// <summary>Prints a table.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine($"Kernels, forward and backward, {Rows} rows, {get_num_threads()} threads (median of interleaved rounds)");
        output.WriteLine();
        output.WriteLine("| kernel | Concord, ms | torch, ms | times |");
        output.WriteLine("| --- | --- | --- | --- |");
        foreach (var contest in new Func<(string, Action, Action)>[] { RootMeanSquareNorm, LayerNormalisation, Rotation, GatedUnit, GaussianUnit, Attention, Optimizer })
        {
            using var scope = NewDisposeScope();
            var (name, ours, theirs) = contest();
            var times = Contest.Medians(9, 0.05, ours, () =>
            {
                using var inner = NewDisposeScope();
                theirs();
            });
            output.WriteLine($"| {name} | {times[0] * 1e3:F2} | {times[1] * 1e3:F2} | {times[1] / times[0]:F1} |");
        }
        output.WriteLine();
    }

    private static MatrixView View(Tensor tensor) => MatrixView.Of(tensor);

    private static float* Data(Tensor tensor) => MatrixView.Of(tensor).Data;

    private static (string, Action, Action) RootMeanSquareNorm()
    {
        Tensor x = randn(Rows, Hidden), w = ones(Hidden), dy = randn(Rows, Hidden), y = empty_like(x), roots = empty(Rows), dx = zeros_like(x), dw = zeros_like(w);
        Tensor xs = x.clone().requires_grad_(), ws = w.clone().requires_grad_();
        return ("RMSNorm", () =>
        {
            RmsNorm.Forward(View(x), Data(w), View(y), Data(roots), 1e-5f);
            RmsNorm.Backward(View(x), Data(w), Data(roots), View(dy), View(dx), Data(dw));
        }, () => (xs * rsqrt(xs.square().mean([-1L], true) + 1e-5f) * ws).backward([dy]));
    }

    private static (string, Action, Action) LayerNormalisation()
    {
        Tensor x = randn(Rows, 768), w = ones(768), b = zeros(768), dy = randn(Rows, 768), y = empty_like(x), means = empty(Rows), roots = empty(Rows), dx = zeros_like(x), dwb = zeros(2, 768);
        Tensor xs = x.clone().requires_grad_(), ws = w.clone().requires_grad_(), bs = b.clone().requires_grad_();
        return ("LayerNorm", () =>
        {
            LayerNorm.Forward(View(x), Data(w), Data(b), View(y), Data(means), Data(roots), 1e-5f);
            LayerNorm.Backward(View(x), Data(w), Data(means), Data(roots), View(dy), View(dx), Data(dwb));
        }, () => nn.functional.layer_norm(xs, [768], ws, bs).backward([dy]));
    }

    private static (string, Action, Action) Rotation()
    {
        const int Half = Dimension / 2, Both = Heads + KeyHeads;
        Tensor x = randn(Rows, Both, Dimension), xs = x.clone().requires_grad_(), dy = randn_like(x), positions = arange(Rows, dtype: ScalarType.Int64);
        var angles = positions.to(ScalarType.Float32).unsqueeze(1) * pow(10_000, -arange(Half, dtype: ScalarType.Float32) / Half).unsqueeze(0);
        Tensor cosines = angles.cos(), sines = angles.sin(), c = cat([cosines, cosines], -1).unsqueeze(1), s = cat([sines, sines], -1).unsqueeze(1);
        var view = new HeadView(Data(x), Both * Dimension, Dimension);
        void Turn(bool inverse)
        {
            fixed (byte* position = positions.bytes) Rotary.Apply(view, Rows, Both, (long*)position, Data(cosines), Data(sines), Half, inverse);
        }

        return ("rotary", () =>
        {
            Turn(false);
            Turn(true);
        }, () =>
        {
            var halves = xs.chunk(2, -1);
            (xs * c + cat([-halves[1], halves[0]], -1) * s).backward([dy]);
        }
        );
    }

    private static (string, Action, Action) GatedUnit()
    {
        Tensor gateUp = randn(Rows, 2 * Wide), a = empty(Rows, Wide), da = randn(Rows, Wide), xs = gateUp.clone().requires_grad_();
        return ("SwiGLU", () =>
        {
            SwiGlu.Forward(View(gateUp), View(a));
            SwiGlu.Backward(View(gateUp), View(da));
        }, () =>
        {
            var halves = xs.chunk(2, -1);
            (nn.functional.silu(halves[0]) * halves[1]).backward([a]);
        }
        );
    }

    private static (string, Action, Action) GaussianUnit()
    {
        Tensor x = randn(Rows, 3072), a = empty(Rows, 3072), da = randn(Rows, 3072), xs = x.clone().requires_grad_();
        return ("GELU", () =>
        {
            Gelu.Forward(View(x), View(a), tanh: false);
            Gelu.Backward(View(x), View(da), tanh: false);
        }, () => nn.functional.gelu(xs).backward([a]));
    }

    /// <summary>Four comparisons with a prompt of 128 tokens and two answers of 64. In torch: the answers with a prompt each, as rows of equal length under its own causal attention, keys and values repeated.</summary>
    private static (string, Action, Action) Attention()
    {
        PackedSegment[] segments = [.. Enumerable.Range(0, 4).Select(i => new PackedSegment(256 * i, 128, [64, 64]))];
        var layout = HeadLayout.Concatenated(Heads, KeyHeads, Dimension);
        Tensor buffer = randn(Rows, layout.RowWidth), outputs = empty(Rows, Heads * Dimension), sums = empty(Rows, Heads), gradient = randn(Rows, Heads * Dimension), back = empty_like(buffer);
        var plan = AttentionPlan.ForAllRows(segments);
        var shape = PackedAttention.Shape.Of(layout);
        HeadView Of(Tensor tensor) => new(Data(tensor), Heads * Dimension, Dimension);
        Tensor xs = randn(8, 192, layout.RowWidth).requires_grad_(), gradients = randn(8, Heads, 192, Dimension);
        return ("attention, prompt shared (torch: padded rows, prompt repeated)", () =>
        {
            MatrixView input = View(buffer), target = View(back);
            PackedAttention.Forward(shape, plan, layout.Queries(input), layout.Keys(input), layout.Values(input), Of(outputs), Data(sums));
            PackedAttention.Backward(
                shape, plan, layout.Queries(input), layout.Keys(input), layout.Values(input), Of(outputs), Data(sums), Of(gradient), layout.Queries(target), layout.Keys(target), layout.Values(target));
        }, () =>
        {
            var parts = xs.split([Heads * Dimension, KeyHeads * Dimension, KeyHeads * Dimension], -1);
            Tensor ByHead(Tensor part, int repeats)
            {
                var heads = part.view(8, 192, -1, Dimension).transpose(1, 2);
                return repeats == 1 ? heads : heads.repeat_interleave(repeats, 1);
            }

            nn.functional.scaled_dot_product_attention(ByHead(parts[0], 1), ByHead(parts[1], 3), ByHead(parts[2], 3), null, 0, true).backward([gradients]);
        }
        );
    }

    private static (string, Action, Action) Optimizer()
    {
        const int Count = 20_000_000;
        Tensor p = randn(Count), g = randn(Count), m = zeros(Count), v = zeros(Count);
        var theirs = new TorchSharp.Modules.Parameter(randn(Count));
        theirs.grad = g.clone();
        var optimizer = optim.AdamW([theirs], 1e-5);
        var step = 0;
        return ("AdamW, 20 million parameters", () => AdamWStep.Run(Data(p), Data(g), Data(m), Data(v), Count, new(1e-5, 0.9, 0.999, 1e-8, 0.01), ++step, false), () => optimizer.step());
    }
}
