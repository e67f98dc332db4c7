using Concord.Modeling.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Modeling.Operations;

/// <summary>
/// Rotary embedding and attention straight from the projected buffers: queries and keys are turned in place,
/// log-sum-exps are kept, the plan of a batch serves all layers of a window.
/// </summary>
/// <param name="tape">Where it is noted how they are undone.</param>
internal sealed unsafe class FusedAttention(Tape tape)
{
    private readonly BufferPool pool = tape.Pool;
    private readonly Dictionary<(PackedBatch Batch, int Window, bool RewardsOnly), AttentionPlan> plans = [];

    /// <summary>Every token asks. // (T, queries | keys | values) -> (T, heads * d)</summary>
    public Variable OfAllRows(Variable queriesKeysValues, AttentionShape shape, PackedBatch batch)
    {
        var plan = Plan(batch, shape.Window, false);
        var input = MatrixView.Of(queriesKeysValues.Value);
        var layout = HeadLayout.Concatenated(shape.Heads, shape.KeyHeads, shape.HeadSize);
        var output = tape.Output(input.Rows, shape.QueryWidth, queriesKeysValues.NeedsGradient);
        var outputView = MatrixView.Of(output.Value);
        var logSums = pool.Rent(input.Rows, shape.Heads);
        Turn(
            layout.Queries(input),
            shape.Heads + shape.KeyHeads,
            input.Rows,
            batch.Positions,
            shape,
            batch,
            inverse: false
        ); // keys follow the queries
        var kernel = PackedAttention.Shape.Of(layout);
        PackedAttention.Forward(
            kernel,
            plan,
            layout.Queries(input),
            layout.Keys(input),
            layout.Values(input),
            Heads(outputView, shape),
            MatrixView.Of(logSums).Data
        );
        if (!output.NeedsGradient)
        {
            pool.Return(logSums);
            pool.Return(queriesKeysValues.Value);
        }
        tape.Record(
            output,
            () =>
            {
                queriesKeysValues.Gradient = pool.Rent(input.Rows, input.Columns);
                var back = MatrixView.Of(queriesKeysValues.Gradient);
                PackedAttention.Backward(
                    kernel,
                    plan,
                    layout.Queries(input),
                    layout.Keys(input),
                    layout.Values(input),
                    Heads(outputView, shape),
                    MatrixView.Of(logSums).Data,
                    Heads(MatrixView.Of(output.Gradient!), shape),
                    layout.Queries(back),
                    layout.Keys(back),
                    layout.Values(back)
                );
                Turn(
                    layout.Queries(back),
                    shape.Heads + shape.KeyHeads,
                    back.Rows,
                    batch.Positions,
                    shape,
                    batch,
                    inverse: true
                );
                pool.Return(logSums);
            }
        );
        return output;
    }

    /// <summary>Only the reward positions ask. // (R, heads * d), (T, keys | values) -> (R, heads * d)</summary>
    public Variable OfRewardRows(Variable queries, Variable keysValues, AttentionShape shape, PackedBatch batch)
    {
        var plan = Plan(batch, shape.Window, true);
        MatrixView asking = MatrixView.Of(queries.Value),
            answering = MatrixView.Of(keysValues.Value);
        var kernel = PackedAttention.Shape.Of(HeadLayout.Concatenated(shape.Heads, shape.KeyHeads, shape.HeadSize));
        var output = tape.Output(asking.Rows, shape.QueryWidth, queries.NeedsGradient || keysValues.NeedsGradient);
        var outputView = MatrixView.Of(output.Value);
        var logSums = pool.Rent(asking.Rows, shape.Heads);
        using (no_grad())
        {
            using var positions = batch.Positions.index_select(0, batch.RewardPositions);
            Turn(Heads(asking, shape), shape.Heads, asking.Rows, positions, shape, batch, inverse: false);
        }
        Turn(Heads(answering, shape), shape.KeyHeads, answering.Rows, batch.Positions, shape, batch, inverse: false);
        PackedAttention.Forward(
            kernel,
            plan,
            Heads(asking, shape),
            Heads(answering, shape),
            Values(answering, shape),
            Heads(outputView, shape),
            MatrixView.Of(logSums).Data
        );
        if (!output.NeedsGradient)
        {
            pool.Return(logSums);
            pool.Return(queries.Value);
            pool.Return(keysValues.Value);
        }
        tape.Record(
            output,
            () =>
            {
                queries.Gradient = pool.Rent(asking.Rows, asking.Columns);
                keysValues.Gradient = pool.Rent(answering.Rows, answering.Columns);
                MatrixView queryBack = MatrixView.Of(queries.Gradient),
                    keyBack = MatrixView.Of(keysValues.Gradient);
                PackedAttention.Backward(
                    kernel,
                    plan,
                    Heads(asking, shape),
                    Heads(answering, shape),
                    Values(answering, shape),
                    Heads(outputView, shape),
                    MatrixView.Of(logSums).Data,
                    Heads(MatrixView.Of(output.Gradient!), shape),
                    Heads(queryBack, shape),
                    Heads(keyBack, shape),
                    Values(keyBack, shape)
                );
                using var positions = batch.Positions.index_select(0, batch.RewardPositions);
                Turn(Heads(queryBack, shape), shape.Heads, queryBack.Rows, positions, shape, batch, inverse: true);
                Turn(Heads(keyBack, shape), shape.KeyHeads, keyBack.Rows, batch.Positions, shape, batch, inverse: true);
                pool.Return(logSums);
            }
        );
        return output;
    }

    /// <summary>Forgets the plans of past batches.</summary>
    public void Clear() => plans.Clear();

    private AttentionPlan Plan(PackedBatch batch, int window, bool rewardsOnly)
    {
        var key = (batch, window, rewardsOnly);
        if (plans.TryGetValue(key, out var plan))
            return plan;
        int? looksBack = window == 0 ? null : window;
        return plans[key] = rewardsOnly
            ? AttentionPlan.ForRows(batch.Segments, batch.RewardIndices, looksBack)
            : AttentionPlan.ForAllRows(batch.Segments, looksBack);
    }

    private static HeadView Heads(MatrixView buffer, AttentionShape shape) =>
        new(buffer.Data, buffer.Stride, shape.HeadSize);

    // in a buffer of keys, then values
    private static HeadView Values(MatrixView buffer, AttentionShape shape) =>
        new(buffer.Data + shape.KeyWidth, buffer.Stride, shape.HeadSize);

    private static void Turn(
        HeadView heads,
        int count,
        int rows,
        Tensor positions,
        AttentionShape shape,
        PackedBatch batch,
        bool inverse
    )
    {
        var (cosines, sines) = shape.Rotary.Tables(batch.PositionIndices.Max() + 1, CPU);
        fixed (byte* first = positions.bytes)
            Rotary.Apply(
                heads,
                rows,
                count,
                (long*)first,
                MatrixView.Of(cosines).Data,
                MatrixView.Of(sines).Data,
                shape.Rotary.Dimensions / 2,
                inverse
            );
    }
}
