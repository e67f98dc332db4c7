using Concord.Kernels;
using Concord.Modeling;
using static TorchSharp.torch;

namespace Concord.Bench;

/// <summary>
/// Each kernel forward and backward against torch operations with autograd, in the shapes of SmolLM2-135M and
/// Pythia-160M: results first, then times.
/// </summary>
internal static unsafe class KernelBenchmark
{
    private const int Rows = 1024,
        Hidden = 576,
        Wide = 1536,
        Heads = 9,
        KeyHeads = 3,
        Dimension = 64;
    private const double Tolerance = 1e-4; // of the largest value: sums over rows and heads in another order

    /// <summary>A kernel beside its torch form.</summary>
    /// <param name="Name">In the table.</param>
    /// <param name="Own">The kernel.</param>
    /// <param name="Theirs">The torch form.</param>
    /// <param name="Pairs">After one call of each from fresh inputs: what each gave.</param>
    private sealed record Kernel(
        string Name,
        Contest.Entrant Own,
        Contest.Entrant Theirs,
        Func<(string Name, Tensor Own, Tensor Theirs)[]> Pairs
    );

    /// <summary>Prints a table.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine(
            $"Kernels, forward and backward, {Rows} rows, {get_num_threads()} threads (median of interleaved "
                + $"rounds); results agree to {Tolerance} of the largest value"
        );
        output.WriteLine();
        output.WriteLine("| kernel | Concord, ms | torch, ms | times |");
        output.WriteLine("| --- | --- | --- | --- |");
        Func<Kernel>[] all =
        [
            RootMeanSquareNorm,
            LayerNormalisation,
            Rotation,
            GatedUnit,
            () => GaussianUnit(tanh: false),
            () => GaussianUnit(tanh: true),
            Attention,
            Optimizer,
        ];
        foreach (var make in all)
        {
            using var scope = NewDisposeScope();
            var kernel = make();
            void Theirs()
            {
                using var inner = NewDisposeScope();
                kernel.Theirs.Run();
            }

            kernel.Own.Prepare?.Invoke();
            kernel.Own.Run();
            kernel.Theirs.Prepare?.Invoke();
            Theirs();
            foreach (var (name, own, theirs) in kernel.Pairs())
                Agreement.Check($"{kernel.Name}: {name}", own, theirs, Tolerance);
            var times = Contest.Medians(9, 0.05, kernel.Own, kernel.Theirs with { Run = Theirs });
            output.WriteLine(
                $"| {kernel.Name} | {times[0] * 1e3:F2} | {times[1] * 1e3:F2} | {Ratio.Shown(times[1] / times[0])} |"
            );
        }
        output.WriteLine();
    }

    private static MatrixView View(Tensor tensor) => MatrixView.Of(tensor);

    private static float* Data(Tensor tensor) => MatrixView.Of(tensor).Data;

    // what a torch form gave lives longer than the scope of its call
    private static Tensor Keep(Tensor result, ref Tensor? kept)
    {
        kept?.Dispose();
        return kept = result.detach().MoveToOuterDisposeScope();
    }

    private static Kernel RootMeanSquareNorm()
    {
        Tensor x = randn(Rows, Hidden),
            w = rand(Hidden),
            dy = randn(Rows, Hidden),
            y = empty_like(x),
            roots = empty(Rows),
            dx = zeros_like(x),
            dw = zeros_like(w);
        Tensor xs = x.clone().requires_grad_(),
            ws = w.clone().requires_grad_();
        Tensor? ys = null;
        return new(
            "RMSNorm",
            new(() =>
            {
                RmsNorm.Forward(View(x), Data(w), View(y), Data(roots), 1e-5f);
                RmsNorm.Backward(View(x), Data(w), Data(roots), View(dy), View(dx), Data(dw));
            }),
            new(() =>
            {
                var result = xs * rsqrt(xs.square().mean([-1L], true) + 1e-5f) * ws;
                result.backward([dy]);
                Keep(result, ref ys);
            }),
            () =>
                [("output", y, ys!), ("gradient of the input", dx, xs.grad!), ("gradient of the weight", dw, ws.grad!)]
        );
    }

    private static Kernel LayerNormalisation()
    {
        Tensor x = randn(Rows, 768),
            w = rand(768),
            b = rand(768),
            dy = randn(Rows, 768);
        Tensor y = empty_like(x),
            means = empty(Rows),
            roots = empty(Rows),
            dx = zeros_like(x),
            dwb = zeros(2, 768);
        Tensor xs = x.clone().requires_grad_(),
            ws = w.clone().requires_grad_(),
            bs = b.clone().requires_grad_();
        Tensor? ys = null;
        return new(
            "LayerNorm",
            new(() =>
            {
                LayerNorm.Forward(View(x), Data(w), Data(b), View(y), Data(means), Data(roots), 1e-5f);
                LayerNorm.Backward(View(x), Data(w), Data(means), Data(roots), View(dy), View(dx), Data(dwb));
            }),
            new(() =>
            {
                var result = nn.functional.layer_norm(xs, [768], ws, bs);
                result.backward([dy]);
                Keep(result, ref ys);
            }),
            () =>
                [
                    ("output", y, ys!),
                    ("gradient of the input", dx, xs.grad!),
                    ("gradient of the weight", dwb[0], ws.grad!),
                    ("gradient of the bias", dwb[1], bs.grad!),
                ]
        );
    }

    /// <summary>The heads turn forward, then a gradient turns back, each where it lies.</summary>
    private static Kernel Rotation()
    {
        const int Half = Dimension / 2,
            Both = Heads + KeyHeads;
        Tensor start = randn(Rows, Both, Dimension),
            x = start.clone(),
            xs = start.clone().requires_grad_(),
            dy = randn_like(x),
            dx = dy.clone();
        var positions = arange(Rows, dtype: ScalarType.Int64);
        var angles =
            positions.to(ScalarType.Float32).unsqueeze(1)
            * pow(10_000, -arange(Half, dtype: ScalarType.Float32) / Half).unsqueeze(0);
        Tensor cosines = angles.cos(),
            sines = angles.sin(),
            c = cat([cosines, cosines], -1).unsqueeze(1),
            s = cat([sines, sines], -1).unsqueeze(1);
        Tensor? ys = null;
        void Turn(Tensor tensor, bool inverse)
        {
            var view = new HeadView(Data(tensor), Both * Dimension, Dimension);
            fixed (byte* position = positions.bytes)
                Rotary.Apply(view, Rows, Both, (long*)position, Data(cosines), Data(sines), Half, inverse);
        }

        return new(
            "rotary",
            new(
                () =>
                {
                    Turn(x, false);
                    Turn(dx, true);
                },
                () =>
                {
                    x.copy_(start);
                    dx.copy_(dy);
                }
            ),
            new(
                () =>
                {
                    var halves = xs.chunk(2, -1);
                    var result = xs * c + cat([-halves[1], halves[0]], -1) * s;
                    result.backward([dy]);
                    Keep(result, ref ys);
                },
                () => xs.grad = null
            ),
            () => [("output", x, ys!), ("gradient of the input", dx, xs.grad!)]
        );
    }

    /// <summary>The kernel writes its gradients over its inputs, which are put back before each call.</summary>
    private static Kernel GatedUnit()
    {
        Tensor start = randn(Rows, 2 * Wide),
            gradient = randn(Rows, Wide);
        Tensor gateUp = start.clone(),
            a = empty(Rows, Wide),
            da = gradient.clone(),
            xs = start.clone().requires_grad_();
        Tensor? ys = null;
        return new(
            "SwiGLU",
            new(
                () =>
                {
                    SwiGlu.Forward(View(gateUp), View(a));
                    SwiGlu.Backward(View(gateUp), View(da));
                },
                () =>
                {
                    gateUp.copy_(start);
                    da.copy_(gradient);
                }
            ),
            new(
                () =>
                {
                    var halves = xs.chunk(2, -1);
                    var result = nn.functional.silu(halves[0]) * halves[1];
                    result.backward([gradient]);
                    Keep(result, ref ys);
                },
                () => xs.grad = null
            ),
            () => [("output", a, ys!), ("output once more", da, ys!), ("gradient of gate and up", gateUp, xs.grad!)]
        );
    }

    /// <summary>As <see cref="GatedUnit"/>.</summary>
    private static Kernel GaussianUnit(bool tanh)
    {
        Tensor start = randn(Rows, 3072),
            gradient = randn(Rows, 3072);
        Tensor x = start.clone(),
            a = empty(Rows, 3072),
            da = gradient.clone(),
            xs = start.clone().requires_grad_();
        Tensor? ys = null;
        return new(
            tanh ? "GELU, tanh form" : "GELU",
            new(
                () =>
                {
                    Gelu.Forward(View(x), View(a), tanh);
                    Gelu.Backward(View(x), View(da), tanh);
                },
                () =>
                {
                    x.copy_(start);
                    da.copy_(gradient);
                }
            ),
            new(
                () =>
                {
                    var result = nn.functional.gelu(
                        xs,
                        tanh ? TorchSharp.Modules.GELU.Approximate.tanh : TorchSharp.Modules.GELU.Approximate.none
                    );
                    result.backward([gradient]);
                    Keep(result, ref ys);
                },
                () => xs.grad = null
            ),
            () => [("output", a, ys!), ("output once more", da, ys!), ("gradient of the input", x, xs.grad!)]
        );
    }

    /// <summary>
    /// Four comparisons with a prompt of 128 tokens and two answers of 64. In torch: the answers with a prompt each, as
    /// rows of equal length under causal attention, keys and values repeated.
    /// </summary>
    private static Kernel Attention()
    {
        AttentionSpan[][] segments =
        [
            .. Enumerable.Range(0, 4).Select(i => AttentionSpan.OfTree(256 * i, 128, [64, 64])),
        ];
        var layout = new HeadLayout(Heads, KeyHeads, Dimension);
        Tensor buffer = randn(Rows, layout.RowWidth),
            gradient = randn(Rows, Heads * Dimension);
        Tensor outputs = empty(Rows, Heads * Dimension),
            sums = empty(Rows, Heads),
            back = empty_like(buffer);
        var plan = AttentionPlan.ForAllRows(segments);
        var shape = PackedAttention.Shape.Of(layout);
        HeadView Of(Tensor tensor) => new(Data(tensor), Heads * Dimension, Dimension);

        // packed token of each position of the eight rows; a prompt's gradient is given to the first answer's row
        var tokens = tensor([
            .. segments.SelectMany(segment =>
                new[] { 128, 192 }.SelectMany(first =>
                    Enumerable
                        .Range(0, 128)
                        .Concat(Enumerable.Range(first, 64))
                        .Select(position => (long)segment[0].Start + position)
                )
            ),
        ]);
        var counted = tensor([
                .. Enumerable
                    .Range(0, 8 * 192)
                    .Select(position => position / 192 % 2 == 0 || position % 192 >= 128 ? 1f : 0f),
            ])
            .unsqueeze(1);
        Tensor ByHead(Tensor part) => part.view(8, 192, -1, Dimension).transpose(1, 2);
        Tensor xs = buffer.index_select(0, tokens).view(8, 192, -1).requires_grad_(),
            gradients = ByHead(gradient.index_select(0, tokens) * counted).contiguous();
        Tensor? ys = null;
        return new(
            "attention, prompt shared (torch: padded rows, prompt repeated)",
            new(() =>
            {
                MatrixView input = View(buffer),
                    target = View(back);
                PackedAttention.Forward(
                    shape,
                    plan,
                    layout.Queries(input),
                    layout.Keys(input),
                    layout.Values(input),
                    Of(outputs),
                    Data(sums)
                );
                PackedAttention.Backward(
                    shape,
                    plan,
                    layout.Queries(input),
                    layout.Keys(input),
                    layout.Values(input),
                    Of(outputs),
                    Data(sums),
                    Of(gradient),
                    layout.Queries(target),
                    layout.Keys(target),
                    layout.Values(target)
                );
            }),
            new(
                () =>
                {
                    var parts = xs.split([Heads * Dimension, KeyHeads * Dimension, KeyHeads * Dimension], -1);
                    Tensor Repeated(Tensor part) => ByHead(part).repeat_interleave(Heads / KeyHeads, 1);
                    var result = nn.functional.scaled_dot_product_attention(
                        ByHead(parts[0]),
                        Repeated(parts[1]),
                        Repeated(parts[2]),
                        null,
                        0,
                        true
                    );
                    result.backward([gradients]);
                    Keep(result, ref ys);
                },
                () => xs.grad = null
            ),
            () =>
                [
                    (
                        "output",
                        outputs.index_select(0, tokens).view(8, 192, -1),
                        ys!.transpose(1, 2).reshape(8, 192, -1)
                    ),
                    (
                        "gradient of queries, keys and values",
                        back,
                        zeros_like(back).index_add_(0, tokens, xs.grad!.view(8 * 192, -1), 1)
                    ),
                ]
        );
    }

    private static Kernel Optimizer()
    {
        const int Count = 20_000_000;
        const double Rate = 1e-2;
        Tensor start = randn(Count),
            g = randn(Count),
            p = start.clone(),
            m = zeros(Count),
            v = zeros(Count);
        var theirs = new TorchSharp.Modules.Parameter(start.clone());
        theirs.grad = g.clone();
        var optimizer = optim.AdamW([theirs], Rate, .9, .999, 1e-8, .01);
        var step = 0;
        return new(
            "AdamW, 20 million parameters",
            new(() =>
                AdamWStep.Run(
                    Data(p),
                    Data(g),
                    Data(m),
                    Data(v),
                    Count,
                    new(Rate, 0.9, 0.999, 1e-8, 0.01),
                    ++step,
                    false
                )
            ),
            new(() => optimizer.step()),
            () => [("what a step changed", p - start, theirs.detach() - start)]
        );
    }
}
