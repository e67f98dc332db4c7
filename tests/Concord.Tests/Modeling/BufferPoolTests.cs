using Concord.Modeling.Operations;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>Memory that is kept from batch to batch.</summary>
public sealed class BufferPoolTests
{
    [Fact]
    public void What_is_rented_at_once_never_overlaps()
    {
        using var pool = new BufferPool();
        var random = new Random(3);
        var held = new List<(torch.Tensor View, int Mark)>();
        for (var turn = 0; turn < 400; turn++)
        {
            if (held.Count > 0 && random.Next(3) == 0)
            {
                var at = random.Next(held.Count);
                Assert.All(held[at].View.data<float>().ToArray(), value => Assert.Equal(held[at].Mark, value));
                pool.Return(held[at].View);
                held.RemoveAt(at);
                continue;
            }
            var view = pool.Rent(random.Next(1, 40), random.Next(1, 40));
            view.copy_(torch.full(view.shape, turn));
            held.Add((view, turn));
        }
        foreach (var (view, mark) in held)
            Assert.All(view.data<float>().ToArray(), value => Assert.Equal(mark, value));
    }

    [Fact]
    public void Batches_of_other_lengths_use_the_same_memory_again()
    {
        using var pool = new BufferPool();
        Batch(900);
        var most = pool.Bytes;
        for (var rows = 100; rows < 900; rows += 37)
            Batch(rows);
        Assert.Equal(most, pool.Bytes);
        Assert.InRange(most, 6 * 900 * 64 * sizeof(float), 6 * 900 * 64 * sizeof(float) + 6 * 64);

        void Batch(int rows)
        {
            var kept = Enumerable.Range(0, 4).Select(_ => pool.Rent(rows, 64)).ToArray();
            var work = pool.Rent(rows, 64);
            pool.Return(work);
            pool.Return(kept[2]);
            Assert.NotNull(pool.Rent(rows, 64));
            Assert.NotNull(pool.Rent(rows, 64));
            Assert.NotNull(pool.Rent(rows, 64));
            pool.ReturnAll();
        }
    }

    [Fact]
    public void A_matrix_is_given_back_once_whoever_calls_and_one_of_elsewhere_is_left_alone()
    {
        using var pool = new BufferPool();
        var view = pool.Rent(3, 5);
        pool.Return(view);
        pool.Return(view);
        pool.Return(null);
        using var other = torch.ones(2, 2);
        pool.Return(other);
        Assert.Equal(4, other.numel());
        Assert.False(other.IsInvalid);
    }

    [Fact]
    public void Matrices_longer_than_a_chunk_leave_no_pile_of_chunks_behind()
    {
        using var pool = new BufferPool();
        for (var rows = 1; rows <= 8; rows++)
        {
            // two at once, each with a chunk of its own; the memory is asked for and never touched
            Assert.NotNull(pool.Rent((64 << 10) + rows, 1 << 10));
            Assert.NotNull(pool.Rent((64 << 10) + rows, 1 << 10));
            pool.ReturnAll();
        }
        Assert.Equal(2L * ((64 << 10) + 8) * (1 << 10) * sizeof(float), pool.Bytes);
    }
}
