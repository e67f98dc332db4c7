using Concord.Kernels;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public unsafe class PackedAttentionTests : KernelCheck
{
    /// <summary>A prefix of so many tokens from an offset on, and branches after it.</summary>
    private sealed record Tree(int Offset, int Prefix, int[] Branches)
    {
        public int Length => Prefix + Branches.Sum();
    }

    private static readonly Tree[][] Batches =
    [
        [new(0, 1, [])],
        [new(0, 0, [1])],
        [new(0, 7, [0, 3])],
        [new(0, 33, [5, 0, 70]), new(108, 0, [9, 4]), new(121, 12, [])],
        [new(0, 100, [20, 1, 64, 65, 3])],
        [new(0, 0, [0, 17, 0]), new(17, 130, [1, 1])],
        [new(0, 590, [70, 0, 5])], // more keys than one sheet of scores holds
    ];

    public static TheoryData<int, int, int, int, int?> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int, int, int?>();
            for (var batch = 0; batch < Batches.Length - 1; batch++)
            {
                cases.Add(batch, 3, 1, 16, null);
                cases.Add(batch, 4, 2, 20, 1);
                cases.Add(batch, 6, 2, 64, 10);
                cases.Add(batch, 2, 2, 4, null);
                cases.Add(batch, 2, 2, 80, 40);
            }
            cases.Add(3, 9, 3, 128, null);
            cases.Add(6, 3, 1, 16, null);
            cases.Add(6, 2, 2, 20, 579);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attention_is_that_of_torch(int batch, int heads, int keyValueHeads, int dimension, int? window) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var segments = Batches[batch];
            var rows = segments.Sum(segment => segment.Length);
            var layout = new HeadLayout(heads, keyValueHeads, dimension);
            var buffer = (Random(rows, layout.RowWidth) * 2).detach().requires_grad_();
            var outputGradient = Random(rows, heads * dimension);
            var (q, k, v) = Split(buffer, layout);
            var expected = Attend(q, k, v, Mask(segments, window), out var logSums);
            expected.backward([outputGradient]);

            Tensor output = empty(rows, heads * dimension),
                sums = empty(rows, heads),
                gradient = full_like(buffer, float.NaN).detach();
            var plan = AttentionPlan.ForAllRows(Spans(segments), window);
            Run(layout, plan, View(buffer.detach()), View(output), sums, View(outputGradient), View(gradient));
            Close(expected.detach(), output);
            Close(logSums.detach(), sums);
            Close(buffer.grad!, gradient, 2e-5);
        });

    [Theory]
    [InlineData(3, null)]
    [InlineData(4, null)]
    [InlineData(4, 30)]
    public void Selected_rows_get_what_they_get_among_all(int batch, int? window) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var segments = Batches[batch];
            var rows = segments.Sum(segment => segment.Length);
            var layout = new HeadLayout(4, 2, 20);
            var buffer = Random(rows, layout.RowWidth).requires_grad_();
            int[] selected = [0, 40, 33, 5, 6, 7, rows - 1];
            var (q, k, v) = Split(buffer, layout);
            var index = tensor(selected.Select(row => (long)row).ToArray());
            var outputGradient = Random(selected.Length, 80);
            var expected = Attend(q, k, v, Mask(segments, window), out _).index_select(0, index);
            expected.backward([outputGradient]);

            Tensor queries = buffer.detach().narrow(1, 0, 80).index_select(0, index),
                keysAndValues = buffer.detach().narrow(1, 80, 80).contiguous();
            Tensor output = empty(selected.Length, 80),
                sums = empty(selected.Length, 4),
                queryGradient = empty_like(queries),
                keyValueGradient = full_like(keysAndValues, float.NaN);
            var plan = AttentionPlan.ForRows(Spans(segments), selected, window);
            var shape = PackedAttention.Shape.Of(layout);
            HeadView Heads(Tensor tensor, int offset, int width) => new(Pointer(tensor) + offset, width, 20);
            PackedAttention.Forward(
                shape,
                plan,
                Heads(queries, 0, 80),
                Heads(keysAndValues, 0, 80),
                Heads(keysAndValues, 40, 80),
                Heads(output, 0, 80),
                Pointer(sums)
            );
            Close(expected.detach(), output);
            PackedAttention.Backward(
                shape,
                plan,
                Heads(queries, 0, 80),
                Heads(keysAndValues, 0, 80),
                Heads(keysAndValues, 40, 80),
                Heads(output, 0, 80),
                Pointer(sums),
                Heads(outputGradient, 0, 80),
                Heads(queryGradient, 0, 80),
                Heads(keyValueGradient, 0, 80),
                Heads(keyValueGradient, 40, 80)
            );
            Close(buffer.grad!.narrow(1, 0, 80).index_select(0, index), queryGradient, 2e-5);
            Close(buffer.grad!.narrow(1, 80, 80), keyValueGradient, 2e-5);
        });

    [Theory]
    [InlineData(2, new[] { 10 })] // outside
    [InlineData(3, new[] { 120, 0 })] // of a group before that of its neighbour
    public void A_row_outside_the_groups_or_out_of_their_order_is_refused(int batch, int[] rows) =>
        Assert.Throws<ArgumentException>(() => AttentionPlan.ForRows(Spans(Batches[batch]), rows));

    // the keys of a text in three places of another order, as a cache keeps them
    [Theory]
    [InlineData(null)]
    [InlineData(30)]
    public void Keys_may_lie_anywhere(int? window) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var layout = new HeadLayout(4, 2, 20);
            var shape = PackedAttention.Shape.Of(layout);
            const int Rows = 90,
                Asking = 7;
            Tensor buffer = Random(Rows, layout.RowWidth),
                kept = full([100, 80], float.NaN);
            KeyRun[] runs = [new(60, 40), new(0, 33), new(40, 17)];
            foreach (var (run, start) in runs.Zip((int[])[0, 40, 73]))
                kept.narrow(0, run.Start, run.Count).copy_(buffer.narrow(1, 80, 80).narrow(0, start, run.Count));
            var (q, k, v) = Split(buffer, layout);
            var expected = Attend(q, k, v, Mask([new(0, Rows, [])], window), out _).narrow(0, Rows - Asking, Asking);
            Tensor queries = buffer.narrow(0, Rows - Asking, Asking).contiguous(),
                output = empty(Asking, 80),
                sums = empty(Asking, 4);
            PackedAttention.Forward(
                shape,
                AttentionPlan.ForAllRows(
                    [
                        [new AttentionSpan(0, Asking, runs)],
                    ],
                    window
                ),
                new HeadView(Pointer(queries), layout.RowWidth, 20),
                new HeadView(Pointer(kept), 80, 20),
                new HeadView(Pointer(kept) + 40, 80, 20),
                new HeadView(Pointer(output), 80, 20),
                Pointer(sums)
            );
            Close(expected, output);
        });

    [Fact]
    public void Two_runs_give_the_same_bits()
    {
        var segments = Batches[3];
        var layout = new HeadLayout(6, 2, 64);
        Tensor buffer = Random(133, layout.RowWidth),
            outputGradient = Random(133, 384);
        var plan = AttentionPlan.ForAllRows(Spans(segments));
        (Tensor Output, Tensor Gradient) Once()
        {
            Tensor output = empty(133, 384),
                sums = empty(133, 6),
                gradient = empty_like(buffer);
            Run(layout, plan, View(buffer), View(output), sums, View(outputGradient), View(gradient));
            return (output, gradient);
        }

        var first = Once();
        for (var i = 0; i < 5; i++)
        {
            var next = Once();
            Same(first.Output, next.Output);
            Same(first.Gradient, next.Gradient);
        }
    }

    private static void Run(
        HeadLayout layout,
        AttentionPlan plan,
        MatrixView buffer,
        MatrixView output,
        Tensor logSums,
        MatrixView outputGradient,
        MatrixView gradient
    )
    {
        var shape = PackedAttention.Shape.Of(layout);
        HeadView Outputs(MatrixView view) => new(view.Data, view.Stride, layout.Dimension);
        PackedAttention.Forward(
            shape,
            plan,
            layout.Queries(buffer),
            layout.Keys(buffer),
            layout.Values(buffer),
            Outputs(output),
            Pointer(logSums)
        );
        PackedAttention.Backward(
            shape,
            plan,
            layout.Queries(buffer),
            layout.Keys(buffer),
            layout.Values(buffer),
            Outputs(output),
            Pointer(logSums),
            Outputs(outputGradient),
            layout.Queries(gradient),
            layout.Keys(gradient),
            layout.Values(gradient)
        );
    }

    private static (Tensor Q, Tensor K, Tensor V) Split(Tensor buffer, HeadLayout layout)
    {
        var (rows, d) = (buffer.size(0), layout.Dimension);
        int q = layout.Heads * d,
            kv = layout.KeyValueHeads * d;
        return (
            buffer.narrow(1, 0, q).view(rows, -1, d),
            buffer.narrow(1, q, kv).view(rows, -1, d),
            buffer.narrow(1, q + kv, kv).view(rows, -1, d)
        );
    }

    /// <summary>Attention as its definition says, over the whole batch with a mask (T, T).</summary>
    private static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor mask, out Tensor logSums)
    {
        var group = q.size(1) / k.size(1);
        var scores =
            // (heads, T, T)
            q.transpose(0, 1).matmul(k.repeat_interleave(group, 1).permute(1, 2, 0)) / Math.Sqrt(q.size(2))
            + mask;
        logSums = scores.logsumexp(-1).t();
        return scores
            .softmax(-1)
            .matmul(v.repeat_interleave(group, 1).transpose(0, 1))
            .transpose(0, 1)
            .reshape(q.size(0), -1);
    }

    private static AttentionSpan[][] Spans(Tree[] trees) =>
        [.. trees.Select(tree => AttentionSpan.OfTree(tree.Offset, tree.Prefix, tree.Branches))];

    private static Tensor Mask(Tree[] segments, int? window)
    {
        var seen = new List<(int Segment, int Part, int Position)>();
        foreach (var segment in segments)
        {
            for (var t = 0; t < segment.Prefix; t++)
                seen.Add((segment.Offset, -1, t));
            for (var part = 0; part < segment.Branches.Length; part++)
            for (var t = 0; t < segment.Branches[part]; t++)
                seen.Add((segment.Offset, part, segment.Prefix + t));
        }
        var mask = new float[seen.Count, seen.Count];
        for (var q = 0; q < seen.Count; q++)
        for (var k = 0; k < seen.Count; k++)
        {
            var (query, key) = (seen[q], seen[k]);
            var visible =
                query.Segment == key.Segment
                && (key.Part == -1 || key.Part == query.Part)
                && key.Position <= query.Position
                && (window is null || key.Position > query.Position - window);
            mask[q, k] = visible ? 0 : float.NegativeInfinity;
        }
        return tensor(mask);
    }
}
