using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// Memory of activations, kept from batch to batch: a fresh large block costs a page fault for every 4 KiB of it, on
/// every step.
/// </summary>
/// <remarks>
/// Matrices are cut from large chunks, always at the lowest free place, so that batches of any lengths use the same
/// memory again and a chunk is touched only as far as it was ever needed. Not for several threads.
/// </remarks>
internal sealed class BufferPool : IDisposable
{
    private const long ChunkFloats = 64 << 20; // 256 MiB, of which only what is touched takes memory
    private const int Alignment = 16; // floats: a cache line

    private readonly List<Chunk> chunks = [];
    private readonly Dictionary<torch.Tensor, Place> rented = new(ReferenceEqualityComparer.Instance);

    /// <summary>Bytes of all chunks up to the last place that was ever rented in them.</summary>
    public long Bytes => chunks.Sum(chunk => chunk.Touched) * sizeof(float);

    /// <summary>A matrix of floats, uninitialised. // (rows, columns), fp32</summary>
    public torch.Tensor Rent(long rows, long columns)
    {
        var size = Math.Max(1, (rows * columns + Alignment - 1) / Alignment) * Alignment;
        var place = Find(size) ?? Grow(size);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var view = place
            .Chunk.Memory.narrow(0, place.Start, rows * columns)
            .view(rows, columns)
            .DetachFromDisposeScope();
        rented.Add(view, place);
        return view;
    }

    /// <summary>A copy of a matrix of any element type. // (rows, columns), fp32</summary>
    public torch.Tensor Copy(torch.Tensor value)
    {
        var copy = Rent(value.shape[0], value.shape[1]);
        using var mode = torch.no_grad();
        copy.copy_(value);
        return copy;
    }

    /// <summary>Takes a matrix back. One that was not rented here, or was given back, is left alone.</summary>
    public void Return(torch.Tensor? view)
    {
        if (view is null || !rented.Remove(view, out var place))
            return;
        view.Dispose();
        place.Chunk.Give(place);
    }

    /// <summary>Takes everything back.</summary>
    public void ReturnAll()
    {
        foreach (var (view, place) in rented)
        {
            view.Dispose();
            place.Chunk.Give(place);
        }
        rented.Clear();
    }

    private Place? Find(long size)
    {
        foreach (var chunk in chunks)
            if (chunk.Take(size) is { } place)
                return place;
        return null;
    }

    private Place Grow(long size)
    {
        using var mode = torch.no_grad();
        // a matrix that has a chunk to itself leaves it behind when a longer batch comes: ever longer ones would pile
        // up
        foreach (
            var outgrown in chunks.FindAll(chunk =>
                chunk.IsFree && chunk.Memory.numel() > ChunkFloats && chunk.Memory.numel() < size
            )
        )
        {
            chunks.Remove(outgrown);
            outgrown.Memory.Dispose();
        }
        var chunk = new Chunk(torch.empty(Math.Max(size, ChunkFloats)).InLargePages().DetachFromDisposeScope());
        chunks.Add(chunk);
        return chunk.Take(size)!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReturnAll();
        foreach (var chunk in chunks)
            chunk.Memory.Dispose();
        chunks.Clear();
    }

    /// <summary>Floats [Start, Start + Length) of a chunk.</summary>
    private sealed record Place(Chunk Chunk, long Start, long Length);

    /// <summary>One block of memory and its free places.</summary>
    private sealed class Chunk(torch.Tensor memory)
    {
        // in order, never touching each other
        private readonly List<(long Start, long End)> free = [(0, memory.numel())];

        public torch.Tensor Memory => memory;

        /// <summary>Floats up to the last that was ever part of a place.</summary>
        public long Touched { get; private set; }

        /// <summary>Whether nothing is rented of it.</summary>
        public bool IsFree => free is [(0, var end)] && end == memory.numel();

        /// <summary>The lowest free place of a size, or null.</summary>
        public Place? Take(long size)
        {
            var at = free.FindIndex(gap => gap.End - gap.Start >= size);
            if (at < 0)
                return null;
            var (start, end) = free[at];
            if (end - start == size)
                free.RemoveAt(at);
            else
                free[at] = (start + size, end);
            Touched = Math.Max(Touched, start + size);
            return new(this, start, size);
        }

        /// <summary>Takes a place back and joins it with its free neighbours.</summary>
        public void Give(Place place)
        {
            var (start, end) = (place.Start, place.Start + place.Length);
            var at = free.FindIndex(gap => gap.Start >= end);
            if (at < 0)
                at = free.Count;
            if (at < free.Count && free[at].Start == end)
            {
                end = free[at].End;
                free.RemoveAt(at);
            }
            if (at > 0 && free[at - 1].End == start)
            {
                at--;
                start = free[at].Start;
                free.RemoveAt(at);
            }
            free.Insert(at, (start, end));
        }
    }
}
