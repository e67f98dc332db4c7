using Concord.Kernels;
using Concord.Training.State;
using TorchSharp;

namespace Concord.Training.Optimizers;

/// <summary>
/// AdamW over flat buffers: one pass on the CPU, a handful of operations elsewhere, whatever the number of parameters.
/// </summary>
/// <param name="parameters">The buffers.</param>
/// <param name="settings">Betas and epsilon.</param>
/// <param name="fused">Whether the CPU takes the one-pass kernel; plain operations are its oracle.</param>
internal sealed class AdamW(FlatParameters parameters, OptimizerSettings settings, bool fused = true) : IOptimizer
{
    private readonly torch.Tensor first = FlatParameters.Zeros(parameters.Weights.numel(), parameters.Weights.device);
    private readonly torch.Tensor second = FlatParameters.Zeros(parameters.Weights.numel(), parameters.Weights.device);

    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State =>
        [new StateBuffer("first_moment", first), new StateBuffer("second_moment", second)];

    /// <inheritdoc/>
    public void Step(long number, double scheduleFactor, double gradientScale)
    {
        foreach (var group in parameters.Groups)
        {
            var rate = group.LearningRate * scheduleFactor;
            if (fused && parameters.Weights.device_type == DeviceType.CPU)
                StepFused(group, number, rate, gradientScale);
            else
                StepPlain(group, number, rate, gradientScale);
        }
        parameters.Publish();
    }

    private unsafe void StepFused(ParameterGroup group, long number, double rate, double gradientScale) =>
        AdamWStep.Run(
            FlatParameters.Memory(parameters.Weights, group.Start),
            FlatParameters.Memory(parameters.Gradients, group.Start),
            FlatParameters.Memory(first, group.Start),
            FlatParameters.Memory(second, group.Start),
            group.Length,
            new AdamWStep.Settings(
                rate,
                settings.Beta1,
                settings.Beta2,
                settings.Epsilon,
                group.WeightDecay,
                gradientScale
            ),
            number,
            clearGradients: true
        );

    private void StepPlain(ParameterGroup group, long number, double rate, double gradientScale)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        torch.Tensor Of(torch.Tensor buffer) => buffer.narrow(0, group.Start, group.Length);
        var weights = Of(parameters.Weights);
        var gradients = Of(parameters.Gradients);
        var mean = Of(first);
        var square = Of(second);
        if (gradientScale != 1)
            gradients.mul_(gradientScale);
        mean.mul_(settings.Beta1).add_(gradients, alpha: 1 - settings.Beta1);
        square.mul_(settings.Beta2).addcmul_(gradients, gradients, 1 - settings.Beta2);
        var denominator = square
            .sqrt()
            .mul_(1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, number)))
            .add_(settings.Epsilon);
        weights
            .mul_(1 - rate * group.WeightDecay)
            .addcdiv_(mean, denominator, -rate / (1 - Math.Pow(settings.Beta1, number)));
        gradients.zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
