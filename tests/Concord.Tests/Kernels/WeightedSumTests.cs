using Concord.Kernels;
using Xunit;

namespace Concord.Tests.Kernels;

public sealed unsafe class WeightedSumTests : KernelCheck
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 15)]
    [InlineData(3, 4096)]
    [InlineData(5, 4097)]
    [InlineData(4, 20_011)]
    public void Is_the_sum_in_double_precision(int rows, int count) =>
        InEveryWidth(() =>
        {
            var random = new Random(rows + count);
            float[] sources = [.. Enumerable.Range(0, rows * count).Select(_ => random.NextSingle() - .5f)];
            double[] factors = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
            var target = Enumerable.Repeat(float.NaN, count + 1).ToArray(); // what was there does not count
            target[count] = 7;
            fixed (
                float* from = sources,
                    to = target
            )
                WeightedSum.Run(from, factors, to, count);
            for (var i = 0; i < count; i++)
                Assert.Equal(
                    Enumerable.Range(0, rows).Sum(k => factors[k] * sources[k * count + i]),
                    target[i],
                    1e-6 * rows
                );
            Assert.Equal(7, target[count]);
        });

    [Fact]
    public void A_row_of_factor_zero_is_not_read() =>
        InEveryWidth(() =>
        {
            const int Count = 100;
            float[] sources = [.. Enumerable.Repeat(float.NaN, Count), .. Enumerable.Repeat(2f, Count)];
            var target = new float[Count];
            fixed (
                float* from = sources,
                    to = target
            )
                WeightedSum.Run(from, [0, .25], to, Count);
            Assert.All(target, value => Assert.Equal(.5f, value));
        });
}
