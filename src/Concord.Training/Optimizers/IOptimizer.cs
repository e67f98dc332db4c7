using Concord.Training.State;

namespace Concord.Training.Optimizers;

/// <summary>Changes the trained weights by their gradients, both in flat buffers.</summary>
public interface IOptimizer : IStateful, IDisposable
{
    /// <summary>One step; gradients are zero after it.</summary>
    /// <param name="number">Which step of the run it is, from 1.</param>
    /// <param name="scheduleFactor">What the groups' learning rates are multiplied by.</param>
    /// <param name="gradientScale">What gradients are multiplied by: what clipping them to a norm comes down
    /// to.</param>
    void Step(long number, double scheduleFactor, double gradientScale);
}
