using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Modeling.Rewards;

/// <summary>
/// Mean or maximum of the hidden states of each row, and the backward pass of their gradient. A token of a shared
/// prompt counts in every row of its comparison.
/// </summary>
internal sealed class PooledStates : IDisposable
{
    private readonly Tensor rowOf; // (N), the row of each of the N (row, token) pairs
    private readonly Tensor tokenOf; // (N)
    private readonly Tensor shares; // (N, 1), 1 / length of the row
    private readonly int[] rowEnds;
    private readonly long tokens;
    private Tensor? winners; // (R, H), index of the token with the maximum

    private PooledStates(PackedBatch batch)
    {
        var rows = new List<long>();
        var members = new List<long>();
        var weights = new List<float>();
        rowEnds = new int[batch.RowCount];
        foreach (var (row, ofRow) in batch.TokensOfRows().Index())
        {
            var start = members.Count;
            members.AddRange(ofRow.Select(token => (long)token));
            var length = members.Count - start;
            rows.AddRange(Enumerable.Repeat((long)row, length));
            weights.AddRange(Enumerable.Repeat(1f / length, length));
            rowEnds[row] = members.Count;
        }
        tokens = batch.TokenCount;
        // they outlive the forward pass they are made in
        rowOf = tensor(rows.ToArray(), device: batch.Device).DetachFromDisposeScope();
        tokenOf = tensor(members.ToArray(), device: batch.Device).DetachFromDisposeScope();
        shares = tensor(weights.ToArray(), [weights.Count, 1], device: batch.Device).DetachFromDisposeScope();
    }

    /// <summary>Pools. // (T, H) -> (R, H)</summary>
    public static (Tensor Pooled, PooledStates Way) Of(Tensor hidden, PackedBatch batch, Pooling pooling)
    {
        var way = new PooledStates(batch);
        return (pooling == Pooling.Mean ? way.Mean(hidden) : way.Max(hidden), way);
    }

    /// <summary>The gradient of the hidden states, given that of the pooled ones. // (R, H) -> (T, H)</summary>
    public Tensor Back(Tensor gradient)
    {
        var result = zeros(tokens, gradient.shape[1], dtype: gradient.dtype, device: gradient.device);
        if (winners is not null)
            return result.scatter_add_(0, winners, gradient);
        return AddRows(result, tokenOf, gradient.index_select(0, rowOf) * shares);
    }

    private Tensor Mean(Tensor hidden) =>
        AddRows(
            zeros(rowEnds.Length, hidden.shape[1], dtype: hidden.dtype, device: hidden.device),
            rowOf,
            hidden.index_select(0, tokenOf) * shares
        );

    // index_add_ would take a temporary number that the garbage collector may free while it is read
    // (github.com/dotnet/TorchSharp/pull/1434)
    private static Tensor AddRows(Tensor target, Tensor index, Tensor rows) =>
        target.scatter_add_(0, index.unsqueeze(1).expand_as(rows), rows);

    private Tensor Max(Tensor hidden)
    {
        var values = new List<Tensor>();
        var indices = new List<Tensor>();
        for (int row = 0, start = 0; row < rowEnds.Length; start = rowEnds[row++])
        {
            var members = tokenOf.narrow(0, start, rowEnds[row] - start);
            var (maximum, index) = hidden.index_select(0, members).max(0);
            values.Add(maximum);
            indices.Add(members.index_select(0, index));
        }
        winners = stack(indices).DetachFromDisposeScope();
        return stack(values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rowOf.Dispose();
        tokenOf.Dispose();
        shares.Dispose();
        winners?.Dispose();
    }
}
