using Concord.Kernels;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public unsafe class NormTests : KernelCheck
{
    public static TheoryData<int, int> Shapes =>
        new()
        {
            { 1, 4 },
            { 7, 20 },
            { 33, 64 },
            { 130, 576 },
            { 200, 37 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Root_mean_square_norm_is_that_of_torch(int rows, int columns) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var (x, w, dy) = (
                Random(rows, columns).requires_grad_(),
                Random(columns).requires_grad_(),
                Random(rows, columns)
            );
            var expected = x * rsqrt(x.square().mean([-1L], true) + 1e-5f) * w;
            expected.backward([dy]);

            Tensor y = empty_like(x),
                again = empty_like(x),
                roots = empty(rows),
                dx = ones_like(x),
                dw = ones_like(w);
            RmsNorm.Forward(View(x.detach()), Pointer(w.detach()), View(y), Pointer(roots), 1e-5f);
            Close(expected.detach(), y);
            RmsNorm.Reapply(View(x.detach()), Pointer(w.detach()), Pointer(roots), View(again));
            Same(y, again);
            RmsNorm.Backward(View(x.detach()), Pointer(w.detach()), Pointer(roots), View(dy), View(dx), Pointer(dw));
            Close(x.grad! + 1, dx);
            Close(w.grad! + 1, dw);
            RmsNorm.Backward(
                View(x.detach()),
                Pointer(w.detach()),
                Pointer(roots),
                View(dy),
                View(dx),
                null,
                accumulate: false
            );
            Close(x.grad!, dx);
        });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Layer_norm_is_that_of_torch(int rows, int columns) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var (x, w, b, dy) = (
                (Random(rows, columns) + 3).detach().requires_grad_(),
                Random(columns).requires_grad_(),
                Random(columns).requires_grad_(),
                Random(rows, columns)
            );
            var expected = nn.functional.layer_norm(x, [columns], w, b, 1e-5);
            expected.backward([dy]);

            Tensor y = empty_like(x),
                again = empty_like(x),
                means = empty(rows),
                roots = empty(rows),
                dx = ones_like(x),
                dwb = ones(2, columns);
            LayerNorm.Forward(
                View(x.detach()),
                Pointer(w.detach()),
                Pointer(b.detach()),
                View(y),
                Pointer(means),
                Pointer(roots),
                1e-5f
            );
            Close(expected.detach(), y);
            LayerNorm.Reapply(
                View(x.detach()),
                Pointer(w.detach()),
                Pointer(b.detach()),
                Pointer(means),
                Pointer(roots),
                View(again)
            );
            Same(y, again);
            LayerNorm.Backward(
                View(x.detach()),
                Pointer(w.detach()),
                Pointer(means),
                Pointer(roots),
                View(dy),
                View(dx),
                Pointer(dwb)
            );
            Close(x.grad! + 1, dx);
            Close(stack([w.grad!, b.grad!]) + 1, dwb);
            LayerNorm.Backward(
                View(x.detach()),
                Pointer(w.detach()),
                Pointer(means),
                Pointer(roots),
                View(dy),
                View(dx),
                null,
                accumulate: false
            );
            Close(x.grad!, dx);
        });

    [Fact]
    public void Weight_gradients_do_not_depend_on_the_number_of_threads()
    {
        var (x, w, dy) = (Random(515, 96), Random(96), Random(515, 96));
        Tensor Gradient()
        {
            Tensor y = empty_like(x),
                roots = empty(515),
                dx = zeros_like(x),
                dw = zeros_like(w);
            RmsNorm.Forward(View(x), Pointer(w), View(y), Pointer(roots), 1e-5f);
            RmsNorm.Backward(View(x), Pointer(w), Pointer(roots), View(dy), View(dx), Pointer(dw));
            return dw;
        }

        var threads = get_num_threads();
        var expected = Gradient();
        Same(expected, Gradient());
        set_num_threads(1);
        try
        {
            Same(expected, Gradient());
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
