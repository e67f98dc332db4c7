using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// RMSNorm of each query and key head in a buffer of queries, keys and values; values are copied. 1 / root mean square
/// of each head and row is kept.
/// </summary>
internal static unsafe class FusedHeadNorms
{
    /// <summary>Leading query heads and the key heads after them, normalised. // (T, width) -> (T, width)</summary>
    public static Variable Apply(Tape tape, Variable x, HeadNorms norms, int heads, int keyHeads, int headSize)
    {
        var pool = tape.Pool;
        var input = MatrixView.Of(x.Value);
        var output = tape.Output(input.Rows, input.Columns, x.NeedsGradient || norms.Query.Trainable);
        var roots = pool.Rent(heads + keyHeads, input.Rows);
        MatrixView outputView = MatrixView.Of(output.Value),
            rootsView = MatrixView.Of(roots);
        int normed = (heads + keyHeads) * headSize,
            rest = input.Columns - normed;
        ForEachHead(
            (head, weight) =>
                RmsNorm.Forward(
                    Head(input, head),
                    MatrixView.Of(weight.Value).Data,
                    Head(outputView, head),
                    rootsView.Row(head),
                    (float)norms.Epsilon
                )
        );
        CopyColumns(x.Value, output.Value, normed, rest);
        if (!output.NeedsGradient)
            pool.Return(roots);
        tape.Record(
            output,
            () =>
            {
                x.Gradient = pool.Rent(input.Rows, input.Columns);
                MatrixView gradient = MatrixView.Of(output.Gradient!),
                    inputGradient = MatrixView.Of(x.Gradient);
                ForEachHead(
                    (head, weight) =>
                        RmsNorm.Backward(
                            Head(input, head),
                            MatrixView.Of(weight.Value).Data,
                            rootsView.Row(head),
                            Head(gradient, head),
                            Head(inputGradient, head),
                            weight.Trainable ? MatrixView.Of(weight.Gradient!).Data : null,
                            accumulate: false
                        )
                );
                CopyColumns(output.Gradient!, x.Gradient, normed, rest);
                pool.Return(roots);
            }
        );
        if (!output.NeedsGradient)
            pool.Return(x.Value);
        return output;

        MatrixView Head(MatrixView buffer, int head) => buffer.ColumnRange(head * headSize, headSize);

        void ForEachHead(Action<int, Parameter> work)
        {
            for (var head = 0; head < heads + keyHeads; head++)
                work(head, head < heads ? norms.Query : norms.Key);
        }
    }

    private static void CopyColumns(torch.Tensor source, torch.Tensor target, int first, int count)
    {
        if (count == 0)
            return;
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        target.narrow(1, first, count).copy_(source.narrow(1, first, count));
    }
}
