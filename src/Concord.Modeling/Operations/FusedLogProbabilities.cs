using Concord.Kernels;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// Log-probabilities of given tokens, in blocks of rows and slices of the vocabulary: scores of all rows over the whole
/// vocabulary are never held, and are computed once more in the backward pass (Wijmans et al. 2024).
/// </summary>
/// <remarks>
/// A row's result depends on that row alone: slices are the same for any batch, and sums over them go in their order.
/// </remarks>
internal static class FusedLogProbabilities
{
    private const int Slice = 1024; // tokens of the vocabulary
    private const int Block = 1024; // rows

    /// <summary>log softmax(hidden Wᵀ + b) at the targets. // (N, H) -> (M)</summary>
    public static TokenLogProbabilities Forward(
        BufferPool pool,
        MatrixView hidden,
        LinearLayer projection,
        TokenTargets targets,
        ProductPrecision precision
    )
    {
        var largest = new float[hidden.Rows];
        Array.Fill(largest, float.NegativeInfinity);
        double[] sums = new double[hidden.Rows],
            chosen = new double[targets.Count];
        ForEachTile(
            pool,
            hidden,
            projection,
            targets,
            precision,
            (scores, tile) =>
            {
                SlicedSoftmax.Add(scores, largest, sums, tile.FirstRow);
                foreach (var target in tile.Targets)
                    chosen[target] = tile.At(scores, targets, target);
            }
        );
        for (var row = 0; row < sums.Length; row++)
            sums[row] = largest[row] + Math.Log(sums[row]);
        for (var target = 0; target < chosen.Length; target++)
            chosen[target] -= sums[targets.Rows[target]];
        return new(chosen, sums);
    }

    /// <summary>
    /// Adds to the gradients of the projection's trained parameters; gives that of the hidden states. // (M) -> (N, H)
    /// </summary>
    public static torch.Tensor Backward(
        BufferPool pool,
        MatrixView hidden,
        LinearLayer projection,
        TokenTargets targets,
        TokenLogProbabilities result,
        IReadOnlyList<double> gradients,
        ProductPrecision precision
    )
    {
        // dL/dscore(row, token) = Σ over the row's targets of dL/dlogp · (1 where it is the token - softmax)
        var weights = new double[hidden.Rows];
        for (var target = 0; target < targets.Count; target++)
            weights[targets.Rows[target]] += gradients[target];
        using var mode = torch.no_grad();
        var hiddenGradient = torch.empty(hidden.Rows, hidden.Columns);
        var view = MatrixView.Of(hiddenGradient);
        ForEachTile(
            pool,
            hidden,
            projection,
            targets,
            precision,
            (scores, tile) =>
            {
                SlicedSoftmax.Gradient(scores, result.LogSums, weights, tile.FirstRow);
                foreach (var target in tile.Targets)
                    tile.At(scores, targets, target) += (float)gradients[target];
                if (projection.Trainable)
                    FusedLinear.ParameterGradients(
                        pool,
                        hidden.RowRange(tile.FirstRow, scores.Rows),
                        tile.Tokens,
                        scores,
                        precision
                    );
                FusedLinear.InputGradient(
                    pool,
                    tile.Tokens,
                    scores,
                    view.RowRange(tile.FirstRow, scores.Rows),
                    precision,
                    accumulate: tile.Tokens.First > 0
                );
            }
        );
        return hiddenGradient;
    }

    private static void ForEachTile(
        BufferPool pool,
        MatrixView hidden,
        LinearLayer projection,
        TokenTargets targets,
        ProductPrecision precision,
        Action<MatrixView, Tile> work
    )
    {
        var bySlice = Enumerable.Range(0, targets.Count).ToLookup(target => targets.Ids[target] / Slice);
        for (var first = 0; first < projection.Outputs; first += Slice)
        {
            var tokens = projection.Rows(first, Math.Min(Slice, projection.Outputs - first));
            for (var row = 0; row < hidden.Rows; row += Block)
            {
                var end = Math.Min(row + Block, hidden.Rows);
                var tile = new Tile(
                    tokens,
                    row,
                    [
                        .. bySlice[first / Slice]
                            .Where(target => targets.Rows[target] >= row && targets.Rows[target] < end),
                    ]
                );
                var scores = pool.Rent(end - row, tokens.Count);
                var view = MatrixView.Of(scores);
                FusedLinear.Forward(pool, hidden.RowRange(row, end - row), tokens, view, false, precision);
                work(view, tile);
                pool.Return(scores);
            }
        }
    }

    /// <summary>Some rows and a slice of the vocabulary.</summary>
    /// <param name="Tokens">The slice.</param>
    /// <param name="FirstRow">The first row.</param>
    /// <param name="Targets">The targets in it.</param>
    private sealed record Tile(LinearRows Tokens, int FirstRow, int[] Targets)
    {
        /// <summary>The place of a target's score.</summary>
        public unsafe ref float At(MatrixView scores, TokenTargets targets, int target) =>
            ref scores.Row(targets.Rows[target] - FirstRow)[targets.Ids[target] - Tokens.First];
    }
}
