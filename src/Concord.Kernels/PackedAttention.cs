using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Concord.Kernels.Lanes;
using Concord.Kernels.Products;

namespace Concord.Kernels;

/// <summary>
/// Causal attention by a plan, straight from the buffers of queries, keys and values: the keys a part sees are laid out
/// once for all query heads that share them, and the micro-kernel of the matrix products runs over just the tiles that
/// hold a visible pair. No mask, no repeated heads; softmax rows are kept as their log-sum-exp only.
/// </summary>
public static unsafe class PackedAttention
{
    /// <summary>Number of heads and their size.</summary>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyValueHeads">Key and value heads; query head h reads head <c>h / (Heads /
    /// KeyValueHeads)</c>.</param>
    /// <param name="Dimension">Floats per head.</param>
    /// <param name="Scale">What scores are multiplied with before the softmax, usually 1 / √Dimension.</param>
    public readonly record struct Shape(int Heads, int KeyValueHeads, int Dimension, float Scale)
    {
        /// <summary>Floats per head, up to <see cref="AttentionFactors.MaxDimension"/>.</summary>
        public int Dimension { get; } =
            Dimension <= AttentionFactors.MaxDimension
                ? Dimension
                : throw new ArgumentOutOfRangeException(
                    nameof(Dimension),
                    Dimension,
                    $"Attention heads have at most {AttentionFactors.MaxDimension} dimensions here."
                );

        /// <summary>The usual scale.</summary>
        public static Shape Of(HeadLayout layout) =>
            new(layout.Heads, layout.KeyValueHeads, layout.Dimension, 1 / MathF.Sqrt(layout.Dimension));

        /// <summary>Query heads per key head.</summary>
        public int Group => Heads / KeyValueHeads;
    }

    /// <summary>
    /// Fills <paramref name="outputs"/> (one vector per query row and head) and <paramref name="logSums"/> (query rows,
    /// heads): the log of each softmax row's denominator.
    /// </summary>
    public static void Forward(
        Shape shape,
        AttentionPlan plan,
        HeadView queries,
        HeadView keys,
        HeadView values,
        HeadView outputs,
        float* logSums
    )
    {
        if (LaneWidth.Bits == 512)
            Forward<Lanes512>(shape, plan, queries, keys, values, outputs, logSums);
        else if (LaneWidth.Bits == 256)
            Forward<Lanes256>(shape, plan, queries, keys, values, outputs, logSums);
        else
            Forward<Lanes128>(shape, plan, queries, keys, values, outputs, logSums);
    }

    /// <summary>
    /// Sets the gradients of queries, keys and values from that of the outputs. Rows of keys and values that no query
    /// sees get zeroes.
    /// </summary>
    public static void Backward(
        Shape shape,
        AttentionPlan plan,
        HeadView queries,
        HeadView keys,
        HeadView values,
        HeadView outputs,
        float* logSums,
        HeadView outputGradients,
        HeadView queryGradients,
        HeadView keyGradients,
        HeadView valueGradients
    )
    {
        if (LaneWidth.Bits == 512)
            Backward<Lanes512>(
                shape,
                plan,
                queries,
                keys,
                values,
                outputs,
                logSums,
                outputGradients,
                queryGradients,
                keyGradients,
                valueGradients
            );
        else if (LaneWidth.Bits == 256)
            Backward<Lanes256>(
                shape,
                plan,
                queries,
                keys,
                values,
                outputs,
                logSums,
                outputGradients,
                queryGradients,
                keyGradients,
                valueGradients
            );
        else
            Backward<Lanes128>(
                shape,
                plan,
                queries,
                keys,
                values,
                outputs,
                logSums,
                outputGradients,
                queryGradients,
                keyGradients,
                valueGradients
            );
    }

    private static void Forward<TLanes>(
        Shape shape,
        AttentionPlan plan,
        HeadView queries,
        HeadView keys,
        HeadView values,
        HeadView outputs,
        float* logSums
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int dimension = shape.Dimension,
            group = shape.Group,
            padded = AttentionFactors.Padded<TLanes>(dimension);
        ThreadTeam.Tasks(
            plan.PartsByCost.Length * shape.KeyValueHeads,
            task =>
            {
                var (part, keyHead) = (plan.PartsByCost[task / shape.KeyValueHeads], task % shape.KeyValueHeads);
                var work = new Workspace(part, dimension, padded);
                AttentionFactors.ByKey<TLanes>(
                    AttentionFactors.Gather(keys, keyHead, part, dimension, work.Vectors),
                    work.KeysByKey
                );
                AttentionFactors.ByDimension<TLanes>(
                    AttentionFactors.Gather(values, keyHead, part, dimension, work.Vectors),
                    work.Values
                );
                var inverseSums = stackalloc float[ScoreBlock.Rows];
                for (var first = 0; first < part.Queries * group; first += ScoreBlock.Rows)
                {
                    var block = new Block(part, group, first);
                    AttentionFactors.Rows<TLanes>(
                        queries,
                        part,
                        keyHead * group,
                        group,
                        first,
                        block.Rows,
                        dimension,
                        shape.Scale,
                        work.Queries
                    );
                    Scores<TLanes>(block, dimension, work.Queries, work.KeysByKey, work.Scores);
                    for (var row = 0; row < block.Rows; row++)
                    {
                        var (from, to) = part.VisibleTo((first + row) / group);
                        var (largest, sum) = work.Scores.Exponentials<TLanes>(row, from, to, block.Keys);
                        inverseSums[row] = 1 / sum;
                        logSums[
                            (long)(part.Query + (first + row) / group) * shape.Heads
                                + keyHead * group
                                + (first + row) % group
                        ] = largest + MathF.Log(sum);
                    }
                    WeightedSums<TLanes>(block, padded, work.Scores, work.Values, part.Keys, work.Output);
                    for (var row = 0; row < block.Rows; row++)
                        Elementwise.Scale<TLanes>(
                            work.Output + (long)row * padded,
                            outputs.At(part.Query + (first + row) / group, keyHead * group + (first + row) % group),
                            dimension,
                            inverseSums[row]
                        );
                }
            }
        );
    }

    private static void Backward<TLanes>(
        Shape shape,
        AttentionPlan plan,
        HeadView queries,
        HeadView keys,
        HeadView values,
        HeadView outputs,
        float* logSums,
        HeadView outputGradients,
        HeadView queryGradients,
        HeadView keyGradients,
        HeadView valueGradients
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int dimension = shape.Dimension,
            group = shape.Group,
            padded = AttentionFactors.Padded<TLanes>(dimension);
        // One task sums the gradients of one key head over all parts of its group in order, so the result does not
        // depend on which thread took it.
        ThreadTeam.Tasks(
            plan.GroupsByCost.Length * shape.KeyValueHeads,
            task =>
            {
                var (sharing, keyHead) = (plan.GroupsByCost[task / shape.KeyValueHeads], task % shape.KeyValueHeads);
                foreach (var run in sharing.Keys)
                {
                    Clear(keyGradients.Head(keyHead, run.Start, run.Count, dimension));
                    Clear(valueGradients.Head(keyHead, run.Start, run.Count, dimension));
                }
                foreach (var part in sharing.Parts)
                {
                    var work = new Workspace(part, dimension, padded);
                    var vectors = AttentionFactors.Gather(values, keyHead, part, dimension, work.Vectors);
                    AttentionFactors.ByKey<TLanes>(vectors, work.Values);
                    vectors = AttentionFactors.Gather(keys, keyHead, part, dimension, work.Vectors);
                    AttentionFactors.ByKey<TLanes>(vectors, work.KeysByKey);
                    AttentionFactors.ByDimension<TLanes>(vectors, work.Keys);
                    NativeMemory.Clear(work.KeyGradients, (nuint)work.GradientSize * sizeof(float));
                    NativeMemory.Clear(work.ValueGradients, (nuint)work.GradientSize * sizeof(float));
                    for (var first = 0; first < part.Queries * group; first += ScoreBlock.Rows)
                    {
                        var block = new Block(part, group, first);
                        var query = AttentionFactors.Rows<TLanes>(
                            queries,
                            part,
                            keyHead * group,
                            group,
                            first,
                            block.Rows,
                            dimension,
                            shape.Scale,
                            work.Queries
                        );
                        var outputGradient = AttentionFactors.Rows<TLanes>(
                            outputGradients,
                            part,
                            keyHead * group,
                            group,
                            first,
                            block.Rows,
                            dimension,
                            1,
                            work.OutputGradients
                        );
                        Scores<TLanes>(block, dimension, work.Queries, work.KeysByKey, work.Scores);
                        Scores<TLanes>(block, dimension, work.OutputGradients, work.Values, work.ScoreGradients);
                        for (var row = 0; row < block.Rows; row++)
                        {
                            var (token, head) = (
                                part.Query + (first + row) / group,
                                keyHead * group + (first + row) % group
                            );
                            var (from, to) = part.VisibleTo((first + row) / group);
                            var mean = Dot<TLanes>(outputs.At(token, head), outputGradient.Row(row), dimension);
                            work.Scores.Gradients<TLanes>(
                                work.ScoreGradients,
                                row,
                                from,
                                to,
                                block.Keys,
                                logSums[(long)token * shape.Heads + head],
                                mean
                            );
                        }
                        WeightedSums<TLanes>(block, padded, work.ScoreGradients, work.Keys, part.Keys, work.Output);
                        for (var row = 0; row < block.Rows; row++)
                            Elementwise.Scale<TLanes>(
                                work.Output + (long)row * padded,
                                queryGradients.At(
                                    part.Query + (first + row) / group,
                                    keyHead * group + (first + row) % group
                                ),
                                dimension,
                                shape.Scale
                            );
                        AttentionFactors.ByDimension<TLanes>(outputGradient, work.RowPanels);
                        AddKeySums<TLanes>(block, padded, work.Scores, work.RowPanels, work.ValueGradients);
                        // scaled, as dL/dscore is of the scaled score
                        AttentionFactors.ByDimension<TLanes>(query, work.RowPanels);
                        AddKeySums<TLanes>(block, padded, work.ScoreGradients, work.RowPanels, work.KeyGradients);
                    }
                    var key = 0L;
                    foreach (var run in part.Runs)
                    {
                        for (var row = run.Start; row < run.Start + run.Count; row++, key++)
                        {
                            Elementwise.Add(work.KeyGradients + key * padded, keyGradients.At(row, keyHead), dimension);
                            Elementwise.Add(
                                work.ValueGradients + key * padded,
                                valueGradients.At(row, keyHead),
                                dimension
                            );
                        }
                    }
                }
            }
        );
    }

    /// <summary>Products of a block's rows with the keys they see, and those that share a tile with them.</summary>
    private static void Scores<TLanes>(Block block, int dimension, float* rows, float* keyPanels, ScoreBlock scores)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var width = MicroKernel.Columns<TLanes>();
        for (var row = 0; row < block.Rows; row += MicroKernel.Rows)
        {
            var (from, to) = block.VisibleToTile(row);
            for (var key = from / width * width; key < to; key += width)
                MicroKernel.Run<TLanes, ScoreBlock.ByRow>(
                    dimension,
                    rows + (long)row * ScoreBlock.RowStep,
                    keyPanels + (long)key * dimension,
                    scores.At(row, key),
                    ScoreBlock.RowStep,
                    1,
                    accumulate: false
                );
        }
    }

    /// <summary>
    /// Sums of value vectors (or, backward, of keys), weighted by each row of scores. // (rows, padded)
    /// </summary>
    private static void WeightedSums<TLanes>(
        Block block,
        int padded,
        ScoreBlock weights,
        float* panels,
        int keys,
        float* output
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var width = MicroKernel.Columns<TLanes>();
        for (var row = 0; row < block.Rows; row += MicroKernel.Rows)
        {
            var (from, to) = block.VisibleToTile(row);
            for (var column = 0; column < padded; column += width)
            {
                for (int key = from, next; key < to; key = next)
                {
                    next = Math.Min(to, (key / ScoreBlock.SheetKeys + 1) * ScoreBlock.SheetKeys);
                    MicroKernel.Run<TLanes, ScoreBlock.ByRow>(
                        next - key,
                        weights.At(row, key),
                        panels + (long)column * keys + (long)key * width,
                        output + (long)row * padded + column,
                        padded,
                        1,
                        accumulate: key > from
                    );
                }
            }
        }
    }

    /// <summary>
    /// Adds to every key's sums the block's row vectors, weighted by its column of scores. // (keys, padded)
    /// </summary>
    private static void AddKeySums<TLanes>(Block block, int padded, ScoreBlock weights, float* rowPanels, float* sums)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var width = MicroKernel.Columns<TLanes>();
        for (var key = block.FirstKey / MicroKernel.Rows * MicroKernel.Rows; key < block.Keys; key += MicroKernel.Rows)
        {
            var row = block.FirstRowOf(key); // rows before it see none of the tile's keys
            for (var column = 0; column < padded; column += width)
                MicroKernel.Run<TLanes, ScoreBlock.ByKey>(
                    block.Rows - row,
                    weights.At(row, key),
                    rowPanels + (long)column * block.Rows + (long)row * width,
                    sums + (long)key * padded + column,
                    padded,
                    1,
                    accumulate: true
                );
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<TLanes>(float* left, float* right, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var sums = TLanes.Zero;
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            sums = TLanes.MultiplyAdd(TLanes.Load(left + i), TLanes.Load(right + i), sums);
        var sum = TLanes.Sum(sums);
        for (; i < count; i++)
            sum += left[i] * right[i];
        return sum;
    }

    private static void Clear(MatrixView matrix)
    {
        for (var row = 0; row < matrix.Rows; row++)
            NativeMemory.Clear(matrix.Row(row), (nuint)matrix.Columns * sizeof(float));
    }

    /// <summary>
    /// Up to <see cref="ScoreBlock.Rows"/> of a part's rows, a row being a query of one of the group's heads.
    /// </summary>
    private readonly struct Block(AttentionPart part, int group, int first)
    {
        /// <summary>Number of rows.</summary>
        public int Rows { get; } = Math.Min(ScoreBlock.Rows, part.Queries * group - first);

        /// <summary>Keys up to the last that a row sees.</summary>
        public int Keys => part.VisibleTo((first + Rows - 1) / group).To;

        /// <summary>The first key that a row sees.</summary>
        public int FirstKey => part.VisibleTo(first / group).From;

        /// <summary>The keys that the rows of a tile see.</summary>
        public (int From, int To) VisibleToTile(int row) =>
            (
                part.VisibleTo((first + row) / group).From,
                part.VisibleTo((first + Math.Min(row + MicroKernel.Rows, Rows) - 1) / group).To
            );

        /// <summary>The first row that sees a key.</summary>
        public int FirstRowOf(int key) => Math.Clamp(part.FirstQueryOf(key) * group - first, 0, Rows - 1);
    }

    /// <summary>The working memory of one part and key head.</summary>
    private readonly struct Workspace(AttentionPart part, int dimension, int padded)
    {
        private const int KeyUnit = 96; // whole tiles of keys, as rows and as columns

        private readonly int keys = (part.Keys + KeyUnit - 1) / KeyUnit * KeyUnit;

        /// <summary>Floats of <see cref="KeyGradients"/> and <see cref="ValueGradients"/>.</summary>
        public long GradientSize => (long)keys * padded;

        public float* Vectors => Scratch.Floats(Scratch.Use.Vectors, (long)keys * dimension);

        public float* KeysByKey => Scratch.Floats(Scratch.Use.KeysByKey, (long)keys * dimension);

        public float* Keys => Scratch.Floats(Scratch.Use.Keys, (long)keys * padded);

        public float* Values => Scratch.Floats(Scratch.Use.Values, (long)keys * padded);

        public float* Queries => Scratch.Floats(Scratch.Use.Queries, ScoreBlock.Size(dimension));

        public float* OutputGradients => Scratch.Floats(Scratch.Use.OutputGradients, ScoreBlock.Size(dimension));

        public float* RowPanels => Scratch.Floats(Scratch.Use.RowPanels, (long)ScoreBlock.Rows * padded);

        public float* Output => Scratch.Floats(Scratch.Use.Output, (long)ScoreBlock.Rows * padded);

        public float* KeyGradients => Scratch.Floats(Scratch.Use.KeyGradients, GradientSize);

        public float* ValueGradients => Scratch.Floats(Scratch.Use.ValueGradients, GradientSize);

        public ScoreBlock Scores => new(Scratch.Floats(Scratch.Use.Scores, ScoreBlock.Size(keys)));

        public ScoreBlock ScoreGradients => new(Scratch.Floats(Scratch.Use.ScoreGradients, ScoreBlock.Size(keys)));
    }
}
