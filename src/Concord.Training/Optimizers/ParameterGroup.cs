namespace Concord.Training.Optimizers;

/// <summary>Parameters that lie side by side in the flat buffers and are stepped alike.</summary>
/// <param name="Start">First element.</param>
/// <param name="Length">Number of elements.</param>
/// <param name="LearningRate">The full rate, before the schedule.</param>
/// <param name="WeightDecay">Decoupled decay.</param>
internal sealed record ParameterGroup(long Start, long Length, double LearningRate, double WeightDecay);
