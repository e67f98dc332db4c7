using Concord.Kernels;

namespace Concord.Modeling.Operations;

/// <summary>
/// Attention straight from the buffers of queries, keys and values, which may be one buffer or several; log-sum-exps
/// are kept.
/// </summary>
internal static unsafe class FusedAttention
{
    /// <summary>Softmax of scaled products. // (N, queries), (rows, keys | values) -> (N, heads * d)</summary>
    public static Variable Apply(
        Tape tape,
        Columns queries,
        Columns keysValues,
        AttentionShape shape,
        AttentionPlan plan
    )
    {
        var pool = tape.Pool;
        var kernel = PackedAttention.Shape.Of(new HeadLayout(shape.Heads, shape.KeyHeads, shape.HeadSize));
        MatrixView asking = MatrixView.Of(queries.Buffer.Value),
            answering = MatrixView.Of(keysValues.Buffer.Value);
        var output = tape.Output(
            asking.Rows,
            shape.QueryWidth,
            queries.Buffer.NeedsGradient || keysValues.Buffer.NeedsGradient
        );
        var outputView = MatrixView.Of(output.Value);
        var logSums = pool.Rent(asking.Rows, shape.Heads);
        PackedAttention.Forward(
            kernel,
            plan,
            Heads(asking, queries.First, shape),
            Heads(answering, keysValues.First, shape),
            Heads(answering, keysValues.First + shape.KeyWidth, shape),
            Heads(outputView, 0, shape),
            MatrixView.Of(logSums).Data
        );
        if (!output.NeedsGradient)
        {
            pool.Return(logSums);
            pool.Return(queries.Buffer.Value);
            pool.Return(keysValues.Buffer.Value);
        }
        tape.Record(
            output,
            () =>
            {
                queries.Buffer.Gradient = pool.Rent(asking.Rows, asking.Columns);
                if (!ReferenceEquals(keysValues.Buffer, queries.Buffer))
                    keysValues.Buffer.Gradient = pool.Rent(answering.Rows, answering.Columns);
                MatrixView queryGradient = MatrixView.Of(queries.Buffer.Gradient),
                    keyGradient = MatrixView.Of(keysValues.Buffer.Gradient!);
                PackedAttention.Backward(
                    kernel,
                    plan,
                    Heads(asking, queries.First, shape),
                    Heads(answering, keysValues.First, shape),
                    Heads(answering, keysValues.First + shape.KeyWidth, shape),
                    Heads(outputView, 0, shape),
                    MatrixView.Of(logSums).Data,
                    Heads(MatrixView.Of(output.Gradient!), 0, shape),
                    Heads(queryGradient, queries.First, shape),
                    Heads(keyGradient, keysValues.First, shape),
                    Heads(keyGradient, keysValues.First + shape.KeyWidth, shape)
                );
                pool.Return(logSums);
            }
        );
        return output;
    }

    private static HeadView Heads(MatrixView buffer, int column, AttentionShape shape) =>
        new(buffer.Data + column, buffer.Stride, shape.HeadSize);
}
