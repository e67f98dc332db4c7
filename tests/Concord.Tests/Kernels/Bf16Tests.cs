using Concord.Kernels;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public unsafe class Bf16Tests : KernelCheck
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(50_007)]
    public void Rounding_is_that_of_torch(int count)
    {
        var values = (Random(count) * pow(10, Random(count) * 12)).contiguous();
        var rounded = zeros(count, dtype: ScalarType.BFloat16);
        fixed (byte* target = rounded.bytes)
            Bf16.Round(Pointer(values), (ushort*)target, count);
        Same(values.bfloat16(), rounded);
    }

    [Fact]
    public void Ties_go_to_even_and_what_is_not_a_number_stays_so()
    {
        float[] values =
        [
            1f,
            1.00390625f,
            1.01171875f,
            -1.00390625f,
            3.4e38f,
            float.MaxValue,
            float.PositiveInfinity,
            float.NegativeInfinity,
            0f,
            -0f,
            float.Epsilon,
            1e-40f,
            float.NaN,
            BitConverter.Int32BitsToSingle(0x7fffffff),
            BitConverter.Int32BitsToSingle(0x7f800001),
            -1f,
        ];
        float[] all = [.. values, .. values, .. values];
        var rounded = new ushort[all.Length];
        fixed (float* source = all)
        fixed (ushort* target = rounded)
            Bf16.RoundHere(source, target, all.Length, 1);
        var expected = tensor(all).bfloat16().to(ScalarType.Float32).data<float>().ToArray();
        Assert.Equal(expected, rounded.Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)));
    }

    [Theory]
    [MemberData(nameof(MatrixProductTests.Shapes), MemberType = typeof(MatrixProductTests))]
    public void Products_are_those_of_rounded_factors(int rows, int inputs, int outputs)
    {
        Assert.SkipUnless(MatrixProduct.HasBf16, "this processor has no bf16 instructions");
        Tensor x = Random(rows, inputs),
            w = Random(outputs, inputs),
            dy = Random(rows, outputs);
        static Tensor Rounded(Tensor tensor) => tensor.bfloat16().to(ScalarType.Float32);
        Tensor xr = Rounded(x),
            wr = Rounded(w),
            dyr = Rounded(dy);
        foreach (var beta in new[] { 0f, 1f })
        {
            Tensor y = Random(rows, outputs),
                dx = Random(rows, inputs),
                dw = Random(outputs, inputs);
            Tensor expectedY = beta * y + xr.mm(wr.t()) * 0.5f,
                expectedDx = beta * dx + dyr.mm(wr) * 0.5f,
                expectedDw = beta * dw + dyr.t().mm(xr) * 0.5f;
            if (beta == 0)
                (y, dx, dw) = (full_like(y, float.NaN), full_like(dx, float.NaN), full_like(dw, float.NaN));
            MatrixProduct.Forward(View(x), View(w), View(y), beta, 0.5f, ProductPrecision.Bf16);
            Close(expectedY, y);
            MatrixProduct.InputGradient(View(dy), View(w), View(dx), beta, 0.5f, ProductPrecision.Bf16);
            Close(expectedDx, dx);
            MatrixProduct.WeightGradient(View(dy), View(x), View(dw), beta, 0.5f, ProductPrecision.Bf16);
            Close(expectedDw, dw);
        }
    }

    [Fact]
    public void Runs_give_the_same_bits_for_any_number_of_threads()
    {
        Assert.SkipUnless(MatrixProduct.HasBf16, "this processor has no bf16 instructions");
        Tensor x = Random(301, 900),
            w = Random(1111, 900);
        Tensor Product()
        {
            var y = empty(301, 1111);
            MatrixProduct.Forward(View(x), View(w), View(y), precision: ProductPrecision.Bf16);
            return y;
        }

        var threads = get_num_threads();
        var first = Product();
        for (var i = 0; i < 3; i++)
            Same(first, Product());
        set_num_threads(1);
        try
        {
            Same(first, Product());
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
