using Concord.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

public unsafe class OptimizerStepTests : KernelCheck
{
    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(100_003)]
    public void AdamW_steps_are_those_of_torch(int count) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var initial = Random(count);
            var expected = new Parameter(initial.clone());
            using var optimizer = optim.AdamW(
                [expected],
                lr: 1e-2,
                beta1: 0.9,
                beta2: 0.98,
                eps: 1e-8,
                weight_decay: 0.1
            );
            Tensor parameters = initial.clone(),
                m = zeros(count),
                v = zeros(count);
            for (var step = 1; step <= 5; step++)
            {
                var gradient = Random(count);
                expected.grad = gradient.clone();
                optimizer.step();
                var scaled = gradient * 4;
                AdamWStep.Run(
                    Pointer(parameters),
                    Pointer(scaled),
                    Pointer(m),
                    Pointer(v),
                    count,
                    new(1e-2, 0.9, 0.98, 1e-8, 0.1, GradientScale: 0.25),
                    step,
                    clearGradients: step == 5
                );
                Assert.Equal(step == 5, (scaled == 0).all().ToBoolean());
                Close(expected.detach(), parameters, 1e-6);
            }
        });

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(100_003)]
    public void Gradient_descent_is_that_of_torch_and_clears_the_gradients(int count) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            Tensor parameters = Random(count),
                gradients = Random(count);
            var expected = parameters * .99 - gradients * .03;
            SgdStep.Run(Pointer(parameters), Pointer(gradients), count, .03, .99);
            Close(expected, parameters, 1e-6);
            Assert.True((gradients == 0).all().ToBoolean());
        });

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(300_001)]
    public void The_squared_norm_is_exact_and_the_same_for_any_number_of_threads(int count) =>
        InEveryWidth(() =>
        {
            using var scope = NewDisposeScope();
            var values = Random(count);
            var expected = values.to(ScalarType.Float64).square().sum().ToDouble();
            var norm = SquaredNorm.Of(Pointer(values), count);
            Assert.Equal(1, norm / expected, 1e-6);
            var threads = get_num_threads();
            set_num_threads(1);
            try
            {
                Assert.Equal(norm, SquaredNorm.Of(Pointer(values), count));
            }
            finally
            {
                set_num_threads(threads);
            }
        });
}
