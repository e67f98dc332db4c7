using Concord.Modeling.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Modeling.Operations;

/// <summary>Rows picked out of a matrix; on the way back their gradients are added where they came from.</summary>
internal static class FusedRows
{
    /// <summary>Rows of an embedding table. // (V, H) -> (T, H)</summary>
    public static Variable Embed(Tape tape, Parameter table, PackedBatch batch)
    {
        var output = Pick(tape, table.Value, batch.TokenIds, batch.TokenCount, table.Trainable);
        tape.Record(
            output,
            () => RowSums.Add(MatrixView.Of(output.Gradient!), batch.Ids, MatrixView.Of(table.Gradient!))
        );
        return output;
    }

    /// <summary>The rows of the reward positions. // (T, H) -> (R, H)</summary>
    public static Variable OfRewards(Tape tape, Variable x, PackedBatch batch)
    {
        var output = Pick(tape, x.Value, batch.RewardPositions, batch.RowCount, x.NeedsGradient);
        tape.Record(
            output,
            () =>
            {
                if (x.Gradient is null)
                {
                    x.Gradient = tape.Pool.Rent(x.Value.shape[0], x.Value.shape[1]);
                    x.Gradient.zero_();
                }
                RowSums.Add(MatrixView.Of(output.Gradient!), batch.RewardIndices, MatrixView.Of(x.Gradient));
            }
        );
        return output;
    }

    private static Variable Pick(Tape tape, Tensor source, Tensor rows, int count, bool trained)
    {
        var output = tape.Output(count, source.shape[1], trained);
        using var mode = no_grad();
        using var picked = source.index_select(0, rows);
        output.Value.copy_(picked);
        return output;
    }
}
