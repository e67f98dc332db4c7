using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Concord.Modeling.Kernels.Lanes;
using Concord.Modeling.Kernels.Products;

namespace Concord.Modeling.Kernels;

/// <summary>
/// Causal attention over a packed batch, straight from the buffer of queries, keys and values: block by block of query rows, with grouped heads read where they lie, no
/// transposed or repeated copies and no mask. Softmax rows are kept as their log-sum-exp only.
/// </summary>
internal static unsafe class PackedAttention
{
    /// <summary>Score rows begin on a whole register of the widest kind.</summary>
    private const int ScoreAlignment = 16;

    /// <summary>Number of heads and their size.</summary>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyValueHeads">Key and value heads; query head h reads head <c>h / (Heads / KeyValueHeads)</c>.</param>
    /// <param name="Dimension">Floats per head.</param>
    /// <param name="Scale">What scores are multiplied with before the softmax, usually 1 / √Dimension.</param>
    public readonly record struct Shape(int Heads, int KeyValueHeads, int Dimension, float Scale)
    {
        /// <summary>The usual scale.</summary>
        public static Shape Of(HeadLayout layout) => new(layout.Heads, layout.KeyValueHeads, layout.Dimension, 1 / MathF.Sqrt(layout.Dimension));

        /// <summary>Query heads per key head.</summary>
        public int Group => Heads / KeyValueHeads;
    }

    /// <summary>Fills <paramref name="outputs"/> (one vector per query row and head) and <paramref name="logSums"/> (query rows, heads): the log of each softmax row's denominator.</summary>
    public static void Forward(Shape shape, AttentionPlan plan, HeadView queries, HeadView keys, HeadView values, HeadView outputs, float* logSums)
    {
        if (LaneWidth.Bits == 512) Forward<Lanes512>(shape, plan, queries, keys, values, outputs, logSums);
        else if (LaneWidth.Bits == 256) Forward<Lanes256>(shape, plan, queries, keys, values, outputs, logSums);
        else Forward<Lanes128>(shape, plan, queries, keys, values, outputs, logSums);
    }

    /// <summary>Sets the gradients of queries, keys and values from that of the outputs. Rows of keys and values that no query sees get zeroes.</summary>
    public static void Backward(
        Shape shape, AttentionPlan plan, HeadView queries, HeadView keys, HeadView values, HeadView outputs, float* logSums, HeadView outputGradients, HeadView queryGradients, HeadView keyGradients, HeadView valueGradients)
    {
        if (LaneWidth.Bits == 512) Backward<Lanes512>(shape, plan, queries, keys, values, outputs, logSums, outputGradients, queryGradients, keyGradients, valueGradients);
        else if (LaneWidth.Bits == 256) Backward<Lanes256>(shape, plan, queries, keys, values, outputs, logSums, outputGradients, queryGradients, keyGradients, valueGradients);
        else Backward<Lanes128>(shape, plan, queries, keys, values, outputs, logSums, outputGradients, queryGradients, keyGradients, valueGradients);
    }

    private static void Forward<TLanes>(Shape shape, AttentionPlan plan, HeadView queries, HeadView keys, HeadView values, HeadView outputs, float* logSums)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var blocks = plan.BlocksByCost;
        ThreadTeam.Tasks(blocks.Length * shape.KeyValueHeads, task =>
        {
            var block = blocks[task / shape.KeyValueHeads];
            var keyHead = task % shape.KeyValueHeads;
            var scores = ScoreBuffer(Scratch.Use.Scores, block);
            var inverseSums = stackalloc float[block.Rows];
            for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
            {
                var query = queries.Head(head, block.Query, block.Rows, shape.Dimension);
                var output = outputs.Head(head, block.Query, block.Rows, shape.Dimension);
                ScoreProducts(query, keys, block, keyHead, shape.Dimension, scores);
                for (var row = 0; row < block.Rows; row++)
                {
                    var (from, to) = block.VisibleTo(row, plan.Window);
                    var (largest, sum) = Exponentials<TLanes>(scores.Row(row), from, to, block.Keys, shape.Scale);
                    inverseSums[row] = 1 / sum;
                    logSums[(long)(block.Query + row) * shape.Heads + head] = largest + MathF.Log(sum);
                }
                WeightedValues(scores, values, block, keyHead, output);
                for (var row = 0; row < block.Rows; row++) Scale<TLanes>(output.Row(row), shape.Dimension, inverseSums[row]);
            }
        });
    }

    private static void Backward<TLanes>(
        Shape shape, AttentionPlan plan, HeadView queries, HeadView keys, HeadView values, HeadView outputs, float* logSums, HeadView outputGradients, HeadView queryGradients, HeadView keyGradients, HeadView valueGradients)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // One task sums the gradients of one key head over all blocks of its segment in order, so the result does not depend on which thread took it.
        ThreadTeam.Tasks(plan.Segments.Count * shape.KeyValueHeads, task =>
        {
            var index = plan.SegmentsByCost[task / shape.KeyValueHeads];
            var (segment, keyHead) = (plan.Segments[index], task % shape.KeyValueHeads);
            Clear(keyGradients.Head(keyHead, segment.Offset, segment.Length, shape.Dimension));
            Clear(valueGradients.Head(keyHead, segment.Offset, segment.Length, shape.Dimension));
            foreach (var block in plan.BlocksOf[index])
            {
                MatrixView weights = ScoreBuffer(Scratch.Use.Scores, block), scoreGradients = ScoreBuffer(Scratch.Use.ScoreGradients, block);
                for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
                {
                    var query = queries.Head(head, block.Query, block.Rows, shape.Dimension);
                    var output = outputs.Head(head, block.Query, block.Rows, shape.Dimension);
                    var outputGradient = outputGradients.Head(head, block.Query, block.Rows, shape.Dimension);
                    ScoreProducts(query, keys, block, keyHead, shape.Dimension, weights);
                    ScoreProducts(outputGradient, values, block, keyHead, shape.Dimension, scoreGradients);
                    for (var row = 0; row < block.Rows; row++)
                    {
                        var (from, to) = block.VisibleTo(row, plan.Window);
                        var logSum = logSums[(long)(block.Query + row) * shape.Heads + head];
                        var mean = Dot<TLanes>(output.Row(row), outputGradient.Row(row), shape.Dimension);
                        SoftmaxGradients<TLanes>(weights.Row(row), scoreGradients.Row(row), from, to, block.Keys, shape.Scale, logSum, mean);
                    }
                    AddKeyGradients(weights, outputGradient, block, valueGradients, keyHead);
                    AddKeyGradients(scoreGradients, query, block, keyGradients, keyHead);
                    WeightedValues(scoreGradients, keys, block, keyHead, queryGradients.Head(head, block.Query, block.Rows, shape.Dimension));
                }
            }
        });
    }

    private static MatrixView ScoreBuffer(Scratch.Use use, AttentionBlock block)
    {
        var stride = (block.Keys + ScoreAlignment - 1) / ScoreAlignment * ScoreAlignment;
        return new MatrixView(Scratch.Floats(use, (long)block.Rows * stride), block.Rows, block.Keys, stride);
    }

    /// <summary>Products of the block's query rows with every key it sees.</summary>
    private static void ScoreProducts(MatrixView query, HeadView keys, AttentionBlock block, int keyHead, int dimension, MatrixView scores)
    {
        if (block.PrefixKeys > 0)
            TiledProduct.MultiplyHere(query, false, keys.Head(keyHead, block.PrefixStart, block.PrefixKeys, dimension), true, scores.ColumnRange(0, block.PrefixKeys), 1, accumulate: false);
        TiledProduct.MultiplyHere(query, false, keys.Head(keyHead, block.OwnStart, block.OwnKeys, dimension), true, scores.ColumnRange(block.PrefixKeys, block.OwnKeys), 1, accumulate: false);
    }

    /// <summary>Sums of value vectors (or, backward, of keys), weighted by each row of scores.</summary>
    private static void WeightedValues(MatrixView weights, HeadView values, AttentionBlock block, int keyHead, MatrixView output)
    {
        if (block.PrefixKeys > 0)
            TiledProduct.MultiplyHere(weights.ColumnRange(0, block.PrefixKeys), false, values.Head(keyHead, block.PrefixStart, block.PrefixKeys, output.Columns), false, output, 1, accumulate: false);
        TiledProduct.MultiplyHere(
            weights.ColumnRange(block.PrefixKeys, block.OwnKeys), false, values.Head(keyHead, block.OwnStart, block.OwnKeys, output.Columns), false, output, 1, accumulate: block.PrefixKeys > 0);
    }

    /// <summary>Adds to every key's gradient the query rows that saw it, weighted by its column of scores.</summary>
    private static void AddKeyGradients(MatrixView weights, MatrixView query, AttentionBlock block, HeadView gradients, int keyHead)
    {
        if (block.PrefixKeys > 0)
            TiledProduct.MultiplyHere(weights.ColumnRange(0, block.PrefixKeys), true, query, false, gradients.Head(keyHead, block.PrefixStart, block.PrefixKeys, query.Columns), 1, accumulate: true);
        TiledProduct.MultiplyHere(weights.ColumnRange(block.PrefixKeys, block.OwnKeys), true, query, false, gradients.Head(keyHead, block.OwnStart, block.OwnKeys, query.Columns), 1, accumulate: true);
    }

    /// <summary>Replaces the scores [from, to) of a row by e^(scale · score - largest), those outside by 0; returns the largest scaled score and the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Largest, float Sum) Exponentials<TLanes>(float* scores, int from, int to, int count, float scale)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var (start, end) = Hide<TLanes>(scores, from, to, count);
        var largest = TLanes.Load(scores + start);
        for (var i = start + TLanes.Count; i < end; i += TLanes.Count) largest = TLanes.Max(largest, TLanes.Load(scores + i));
        var top = scale * TLanes.MaxOf(largest);
        TLanes sum = TLanes.Zero, factor = TLanes.Create(scale), shift = TLanes.Create(-top);
        for (var i = start; i < end; i += TLanes.Count)
        {
            var value = LaneMath.Exp(TLanes.MultiplyAdd(TLanes.Load(scores + i), factor, shift));
            value.Store(scores + i);
            sum += value;
        }
        return (top, TLanes.Sum(sum));
    }

    /// <summary>Replaces a row of scores by its softmax weights and the row of dL/dweight by dL/dscore = weight · (dL/dweight - mean) · scale; both are 0 outside [from, to).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftmaxGradients<TLanes>(float* scores, float* gradients, int from, int to, int count, float scale, float logSum, float mean)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        new Span<float>(gradients, from).Clear();
        new Span<float>(gradients + to, count - to).Clear();
        var (start, end) = Hide<TLanes>(scores, from, to, count);
        TLanes factor = TLanes.Create(scale), shift = TLanes.Create(-logSum), centre = TLanes.Create(mean);
        for (var i = start; i < end; i += TLanes.Count)
        {
            var weight = LaneMath.Exp(TLanes.MultiplyAdd(TLanes.Load(scores + i), factor, shift));
            weight.Store(scores + i);
            (weight * (TLanes.Load(gradients + i) - centre) * factor).Store(gradients + i);
        }
    }

    /// <summary>Clears the scores outside [from, to), sets those within the registers at its ends to -∞, whose exponential is 0, and returns the range of whole registers that covers it.</summary>
    private static (int Start, int End) Hide<TLanes>(float* scores, int from, int to, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int start = from - from % TLanes.Count, end = (to + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        new Span<float>(scores, start).Clear();
        new Span<float>(scores + start, from - start).Fill(float.NegativeInfinity);
        new Span<float>(scores + to, end - to).Fill(float.NegativeInfinity);
        if (count > end) new Span<float>(scores + end, count - end).Clear();
        return (start, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<TLanes>(float* left, float* right, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var sums = TLanes.Zero;
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count) sums = TLanes.MultiplyAdd(TLanes.Load(left + i), TLanes.Load(right + i), sums);
        var sum = TLanes.Sum(sums);
        for (; i < count; i++) sum += left[i] * right[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<TLanes>(float* vector, int count, float factor)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var scale = TLanes.Create(factor);
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count) (TLanes.Load(vector + i) * scale).Store(vector + i);
        for (; i < count; i++) vector[i] *= factor;
    }

    private static void Clear(MatrixView matrix)
    {
        for (var row = 0; row < matrix.Rows; row++) NativeMemory.Clear(matrix.Row(row), (nuint)matrix.Columns * sizeof(float));
    }
}
