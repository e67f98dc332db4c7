using Concord.Modeling.Kernels;
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
    private readonly torch.Tensor _first = FlatParameters.Zeros(parameters.Weights.numel(), parameters.Weights.device);
    private readonly torch.Tensor _second = FlatParameters.Zeros(parameters.Weights.numel(), parameters.Weights.device);

    /// <inheritdoc/>
    public long Steps { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, torch.Tensor Buffer)> State =>
        [("first_moment", _first), ("second_moment", _second)];

    /// <inheritdoc/>
    public void Step(double scheduleFactor, double gradientScale)
    {
        Steps++;
        foreach (var group in parameters.Groups)
        {
            var rate = group.LearningRate * scheduleFactor;
            if (fused && parameters.Weights.device_type == DeviceType.CPU)
                StepFused(group, rate, gradientScale);
            else
                StepPlain(group, rate, gradientScale);
        }
        parameters.Publish();
    }

    private unsafe void StepFused(ParameterGroup group, double rate, double gradientScale) =>
        AdamWStep.Run(
            FlatParameters.Memory(parameters.Weights, group.Start),
            FlatParameters.Memory(parameters.Gradients, group.Start),
            FlatParameters.Memory(_first, group.Start),
            FlatParameters.Memory(_second, group.Start),
            group.Length,
            new AdamWStep.Settings(
                rate,
                settings.Beta1,
                settings.Beta2,
                settings.Epsilon,
                group.WeightDecay,
                gradientScale
            ),
            Steps,
            clearGradients: true
        );

    private void StepPlain(ParameterGroup group, double rate, double gradientScale)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        torch.Tensor Of(torch.Tensor buffer) => buffer.narrow(0, group.Start, group.Length);
        var (weights, gradients, first, second) = (
            Of(parameters.Weights),
            Of(parameters.Gradients),
            Of(_first),
            Of(_second)
        );
        if (gradientScale != 1)
            gradients.mul_(gradientScale);
        first.mul_(settings.Beta1).add_(gradients, alpha: 1 - settings.Beta1);
        second.mul_(settings.Beta2).addcmul_(gradients, gradients, 1 - settings.Beta2);
        var denominator = second.sqrt().mul_(1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, Steps))).add_(settings.Epsilon);
        weights
            .mul_(1 - rate * group.WeightDecay)
            .addcdiv_(first, denominator, -rate / (1 - Math.Pow(settings.Beta1, Steps)));
        gradients.zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}
