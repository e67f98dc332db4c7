using Concord.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Modeling.Operations;

/// <summary>Rows picked out of a matrix; in the backward pass their gradients are added where they came from.</summary>
internal static class FusedRows
{
    /// <summary>Rows of an embedding table. // (V, H) -> (T, H)</summary>
    public static Variable Embed(Tape tape, Parameter table, IndexList ids)
    {
        var output = Pick(tape, table.Value, ids, table.Trainable);
        tape.Record(
            output,
            () => RowSums.Add(MatrixView.Of(output.Gradient!), ids.Values, MatrixView.Of(table.Gradient!))
        );
        return output;
    }

    /// <summary>Rows of a matrix. // (T, H) -> (N, H)</summary>
    public static Variable Pick(Tape tape, Variable x, IndexList rows)
    {
        var output = Pick(tape, x.Value, rows, x.NeedsGradient);
        tape.Record(
            output,
            () =>
            {
                if (x.Gradient is null)
                {
                    x.Gradient = tape.Pool.Rent(x.Value.shape[0], x.Value.shape[1]);
                    x.Gradient.zero_();
                }
                RowSums.Add(MatrixView.Of(output.Gradient!), rows.Values, MatrixView.Of(x.Gradient));
            }
        );
        return output;
    }

    private static Variable Pick(Tape tape, Tensor source, IndexList rows, bool trained)
    {
        var output = tape.Output(rows.Values.Length, source.shape[1], trained);
        using var mode = no_grad();
        using var picked = source.index_select(0, rows.Tensor);
        output.Value.copy_(picked);
        return output;
    }
}
