using Concord.Kernels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public unsafe class MatrixProductTests : KernelCheck
{
    public static TheoryData<int, int, int> Shapes =>
        new()
        {
            { 1, 1, 1 },
            { 1, 576, 33 },
            { 7, 5, 3 },
            { 33, 64, 100 },
            { 65, 300, 47 },
            { 130, 96, 288 },
            { 257, 700, 129 },
            { 100, 1300, 64 },
            { 700, 40, 960 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_those_of_torch(int rows, int inputs, int outputs) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            Tensor x = Random(rows, inputs),
                w = Random(outputs, inputs),
                dy = Random(rows, outputs);
            foreach (var beta in new[] { 0f, 1f })
            {
                Tensor y = Random(rows, outputs),
                    dx = Random(rows, inputs),
                    dw = Random(outputs, inputs);
                Tensor expectedY = beta * y + x.mm(w.t()) * 0.5f,
                    expectedDx = beta * dx + dy.mm(w) * 0.5f,
                    expectedDw = beta * dw + dy.t().mm(x) * 0.5f;
                if (beta == 0)
                    (y, dx, dw) = (full_like(y, float.NaN), full_like(dx, float.NaN), full_like(dw, float.NaN));
                MatrixProduct.Forward(View(x), View(w), View(y), beta, 0.5f);
                Close(expectedY, y);
                MatrixProduct.InputGradient(View(dy), View(w), View(dx), beta, 0.5f);
                Close(expectedDx, dx);
                MatrixProduct.WeightGradient(View(dy), View(x), View(dw), beta, 0.5f);
                Close(expectedDw, dw);
            }
        });

    [Fact]
    public void Views_with_wider_rows_leave_their_neighbours_alone() =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            Tensor x = Random(37, 90),
                w = Random(60, 70),
                y = full([37L, 100], 5f);
            MatrixProduct.Forward(View(x).ColumnRange(10, 50), View(w).ColumnRange(3, 50), View(y).ColumnRange(20, 60));
            Close(x.narrow(1, 10, 50).mm(w.narrow(1, 3, 50).t()), y.narrow(1, 20, 60));
            Assert.True((y.narrow(1, 0, 20) == 5).all().ToBoolean() && (y.narrow(1, 80, 20) == 5).all().ToBoolean());
        });

    [Fact]
    public void Runs_give_the_same_bits_for_any_number_of_threads()
    {
        Tensor x = Random(301, 900),
            w = Random(1111, 900);
        Tensor Product()
        {
            var y = empty(301, 1111);
            MatrixProduct.Forward(View(x), View(w), View(y));
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

    [Fact]
    public void A_bias_is_added_to_rows_and_its_gradient_is_their_sum() =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            Tensor bias = Random(37),
                y = Random(133, 37),
                gradient = ones(37);
            var expected = y + bias;
            Elementwise.BiasRows(Pointer(bias), View(y), accumulate: true);
            Close(expected, y, 1e-6);
            Elementwise.BiasGradient(View(y), Pointer(gradient));
            Close(y.sum([0]) + 1, gradient);
            Elementwise.BiasRows(Pointer(bias), View(y), accumulate: false);
            Same(bias.expand(133, 37).contiguous(), y);
        });
}
