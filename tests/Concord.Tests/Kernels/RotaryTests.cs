using Concord.Kernels;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public unsafe class RotaryTests : KernelCheck
{
    [Theory]
    [InlineData(1, 2, 4, 4)]
    [InlineData(7, 3, 20, 20)]
    [InlineData(33, 5, 64, 16)]
    [InlineData(40, 2, 80, 20)]
    [InlineData(20, 3, 128, 128)]
    public void Turning_is_that_of_torch_and_back_again(int rows, int heads, int dimension, int turned) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var half = turned / 2;
            var positions = randint(0, 50, [rows], dtype: ScalarType.Int64);
            var angles =
                arange(50, dtype: ScalarType.Float32).unsqueeze(1)
                * pow(10_000, -arange(half, dtype: ScalarType.Float32) / half).unsqueeze(0);
            Tensor cosines = angles.cos(),
                sines = angles.sin();
            var x = Random(rows, heads, dimension);

            var c = cat([cosines, cosines], -1).index_select(0, positions).unsqueeze(1);
            var s = cat([sines, sines], -1).index_select(0, positions).unsqueeze(1);
            var part = x.narrow(-1, 0, turned);
            var rotated = cat([-part.narrow(-1, half, half), part.narrow(-1, 0, half)], -1);
            var expected = cat([part * c + rotated * s, x.narrow(-1, turned, dimension - turned)], -1);

            var actual = x.clone();
            var view = new HeadView(Pointer(actual), heads * dimension, dimension);
            fixed (byte* position = positions.bytes)
            {
                Rotary.Apply(
                    view,
                    rows,
                    heads,
                    (long*)position,
                    Pointer(cosines),
                    Pointer(sines),
                    half,
                    inverse: false
                );
                Close(expected, actual, 1e-6);
                Rotary.Apply(view, rows, heads, (long*)position, Pointer(cosines), Pointer(sines), half, inverse: true);
                Close(x, actual, 1e-6);
            }
        });
}
