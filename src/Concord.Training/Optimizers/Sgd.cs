using TorchSharp;

namespace Concord.Training.Optimizers;

/// <summary>Plain gradient descent over flat buffers, with decoupled weight decay.</summary>
internal sealed class Sgd(FlatParameters parameters) : IOptimizer
{
    /// <inheritdoc/>
    public long Steps { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, torch.Tensor Buffer)> State => [];

    /// <inheritdoc/>
    public void Step(double scheduleFactor, double gradientScale)
    {
        Steps++;
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        foreach (var group in parameters.Groups)
        {
            var rate = group.LearningRate * scheduleFactor;
            var weights = parameters.Weights.narrow(0, group.Start, group.Length);
            weights.mul_(1 - rate * group.WeightDecay).add_(parameters.Gradients.narrow(0, group.Start, group.Length), alpha: -rate * gradientScale);
        }
        parameters.Gradients.zero_();
        parameters.Publish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
