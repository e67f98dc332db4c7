using Concord.Kernels;
using Concord.Kernels.Lanes;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public class ActivationTests : KernelCheck
{
    public static TheoryData<int, int> Shapes =>
        new()
        {
            { 1, 4 },
            { 7, 20 },
            { 33, 100 },
            { 50, 1536 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SwiGlu_is_that_of_torch(int rows, int width) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var gateUp = (Random(rows, 2 * width) * 4).detach().requires_grad_();
            var da = Random(rows, width);
            var halves = gateUp.chunk(2, -1);
            var expected = nn.functional.silu(halves[0]) * halves[1];
            expected.backward([da]);

            var a = empty(rows, width);
            SwiGlu.Forward(View(gateUp.detach()), View(a));
            Close(expected.detach(), a);
            Tensor gradient = gateUp.detach().clone(),
                again = da.clone();
            SwiGlu.Backward(View(gradient), View(again));
            Close(gateUp.grad!, gradient);
            Close(expected.detach(), again);
        });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gelu_is_that_of_torch(int rows, int width) =>
        InEveryWidth(() =>
        {
            foreach (var form in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                var x = (Random(rows, width) * 3).detach().requires_grad_();
                var da = Random(rows, width);
                var expected = form
                    ? x * 0.5f * (1 + (0.7978845608f * (x + 0.044715f * x.pow(3))).tanh())
                    : nn.functional.gelu(x);
                expected.backward([da]);

                var a = empty(rows, width);
                Gelu.Forward(View(x.detach()), View(a), form);
                Close(expected.detach(), a, 1e-6);
                Tensor gradient = x.detach().clone(),
                    again = da.clone();
                Gelu.Backward(View(gradient), View(again), form);
                Close(x.grad!, gradient, 2e-6);
                Close(expected.detach(), again, 1e-6);
            }
        });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Silu_alone_is_that_of_torch(int rows, int width) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var x = (Random(rows, width) * 3).detach().requires_grad_();
            var da = Random(rows, width);
            var expected = nn.functional.silu(x);
            expected.backward([da]);

            var a = empty(rows, width);
            Silu.Forward(View(x.detach()), View(a));
            Close(expected.detach(), a, 1e-6);
            Tensor gradient = x.detach().clone(),
                again = da.clone();
            Silu.Backward(View(gradient), View(again));
            Close(x.grad!, gradient, 2e-6);
            Close(expected.detach(), again, 1e-6);
        });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GeGlu_is_that_of_torch(int rows, int width) =>
        InEveryWidth(() =>
        {
            foreach (var form in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                var gateUp = (Random(rows, 2 * width) * 3).detach().requires_grad_();
                var da = Random(rows, width);
                var halves = gateUp.chunk(2, -1);
                var x = halves[0];
                var expected =
                    (
                        form
                            ? x * 0.5f * (1 + (0.7978845608f * (x + 0.044715f * x.pow(3))).tanh())
                            : nn.functional.gelu(x)
                    ) * halves[1];
                expected.backward([da]);

                var a = empty(rows, width);
                GeGlu.Forward(View(gateUp.detach()), View(a), form);
                Close(expected.detach(), a, 4e-6);
                Tensor gradient = gateUp.detach().clone(),
                    again = da.clone();
                GeGlu.Backward(View(gradient), View(again), form);
                Close(gateUp.grad!, gradient, 8e-6);
                Close(expected.detach(), again, 4e-6);
            }
        });

    [Fact]
    public void Functions_of_lanes_are_exact_to_a_float()
    {
        Check<Lanes512>();
        Check<Lanes256>();
        Check<Lanes128>();
        Check<OneLane>();
    }

    [Fact]
    public unsafe void The_exponential_of_extremes_is_what_a_softmax_needs()
    {
        float Exp(float value)
        {
            var buffer = stackalloc float[16];
            LaneMath.Exp(Lanes512.Create(value)).Store(buffer);
            return buffer[5];
        }

        Assert.Equal(0, Exp(float.NegativeInfinity));
        Assert.Equal(0, Exp(-1000));
        Assert.Equal(1, Exp(0));
        Assert.True(float.IsNaN(Exp(float.NaN)));
        Assert.True(Exp(1000) > 1e38f);
    }

    private static unsafe void Check<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var values = Enumerable.Range(-80_000, 160_000).Select(i => i * 1.09e-3f).ToArray();
        var results = new float[values.Length];
        fixed (
            float* x = values,
                y = results
        )
        {
            for (var i = 0; i < values.Length; i += TLanes.Count)
                LaneMath.Exp(TLanes.Load(x + i)).Store(y + i);
            Assert.InRange(
                values.Zip(results).Max(pair => Math.Abs(pair.Second / Math.Exp(pair.First) - 1)),
                0,
                1.5e-7
            );
            for (var i = 0; i < values.Length; i += TLanes.Count)
                LaneMath.Tanh(TLanes.Load(x + i)).Store(y + i);
            Assert.InRange(values.Zip(results).Max(pair => Math.Abs(pair.Second - Math.Tanh(pair.First))), 0, 2e-7);
            for (var i = 0; i < values.Length; i += TLanes.Count)
                LaneMath.Erf(TLanes.Load(x + i)).Store(y + i);
        }
        using var expected = tensor(values.Select(value => (double)value).ToArray()).erf();
        Assert.InRange(
            expected.data<double>().ToArray().Zip(results).Max(pair => Math.Abs(pair.Second - pair.First)),
            0,
            2e-7
        );
    }
}
