using System.Numerics;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// Memory of activations, kept from batch to batch: a fresh large block costs a page fault for every 4 KiB of it, on every step.
/// </summary>
/// <remarks>Blocks come in size classes of a quarter of a power of two, so that batches of nearly equal length take the same ones. Not for several threads.</remarks>
internal sealed class BufferPool : IDisposable
{
    private readonly Dictionary<long, Stack<torch.Tensor>> free = [];
    private readonly Dictionary<torch.Tensor, torch.Tensor> rented = new(ReferenceEqualityComparer.Instance); // view -> block

    /// <summary>Bytes of all blocks, rented or free.</summary>
    public long Bytes { get; private set; }

    /// <summary>A matrix of floats with anything in it. // (rows, columns), fp32</summary>
    public torch.Tensor Rent(long rows, long columns)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var size = SizeClass(Math.Max(1, rows * columns));
        torch.Tensor block;
        if (free.TryGetValue(size, out var blocks) && blocks.Count > 0) block = blocks.Pop();
        else
        {
            block = torch.empty(size).DetachFromDisposeScope();
            Bytes += size * sizeof(float);
        }
        var view = block.narrow(0, 0, rows * columns).view(rows, columns).DetachFromDisposeScope();
        rented.Add(view, block);
        return view;
    }

    /// <summary>Takes a matrix back. One that was not rented here, or was given back, is left alone.</summary>
    public void Return(torch.Tensor? view)
    {
        if (view is null || !rented.Remove(view, out var block)) return;
        view.Dispose();
        Keep(block);
    }

    /// <summary>Takes everything back.</summary>
    public void ReturnAll()
    {
        foreach (var (view, block) in rented)
        {
            view.Dispose();
            Keep(block);
        }
        rented.Clear();
    }

    private void Keep(torch.Tensor block)
    {
        var size = block.numel();
        if (!free.TryGetValue(size, out var blocks)) free[size] = blocks = new Stack<torch.Tensor>();
        blocks.Push(block);
    }

    private static long SizeClass(long count)
    {
        var quarter = (long)BitOperations.RoundUpToPowerOf2((ulong)count) / 8;
        return quarter < 64 ? Math.Max(count, 64) : (count + quarter - 1) / quarter * quarter;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReturnAll();
        foreach (var block in free.Values.SelectMany(blocks => blocks)) block.Dispose();
        free.Clear();
        Bytes = 0;
    }
}
