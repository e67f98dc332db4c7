using Concord.Kernels;
using Concord.Training.State;
using TorchSharp;

namespace Concord.Training.Optimizers;

/// <summary>
/// Plain gradient descent over flat buffers, with decoupled weight decay: one pass on the CPU, two operations
/// elsewhere.
/// </summary>
/// <param name="parameters">The buffers.</param>
/// <param name="fused">Whether the CPU takes the one-pass kernel; plain operations are its oracle.</param>
internal sealed class Sgd(FlatParameters parameters, bool fused = true) : IOptimizer
{
    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State => [];

    /// <inheritdoc/>
    public void Step(long number, double scheduleFactor, double gradientScale)
    {
        foreach (var group in parameters.Groups)
        {
            var rate = group.LearningRate * scheduleFactor;
            var shrink = 1 - rate * group.WeightDecay;
            if (fused && parameters.Weights.device_type == DeviceType.CPU)
                StepFused(group, rate * gradientScale, shrink);
            else
                StepPlain(group, rate * gradientScale, shrink);
        }
        parameters.Publish();
    }

    private unsafe void StepFused(ParameterGroup group, double rate, double shrink) =>
        SgdStep.Run(
            FlatParameters.Memory(parameters.Weights, group.Start),
            FlatParameters.Memory(parameters.Gradients, group.Start),
            group.Length,
            rate,
            shrink
        );

    private void StepPlain(ParameterGroup group, double rate, double shrink)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var gradients = parameters.Gradients.narrow(0, group.Start, group.Length);
        parameters.Weights.narrow(0, group.Start, group.Length).mul_(shrink).add_(gradients, alpha: -rate);
        gradients.zero_();
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
