using TorchSharp;

namespace Concord.Training.Optimizers;

/// <summary>Changes the weights of flat buffers by their gradients.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>One step; gradients are zero after it.</summary>
    /// <param name="scheduleFactor">What the groups' learning rates are multiplied by.</param>
    /// <param name="gradientScale">What gradients are multiplied by: what clipping them to a norm comes down
    /// to.</param>
    void Step(double scheduleFactor, double gradientScale);

    /// <summary>Steps taken so far.</summary>
    long Steps { get; set; }

    /// <summary>What it remembers: buffers of the weights' shape, by name.</summary>
    IReadOnlyList<(string Name, torch.Tensor Buffer)> State { get; }
}
