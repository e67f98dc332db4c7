namespace Concord.Training.Weightings;

/// <summary>The run that a weighting serves.</summary>
/// <param name="Sources">The K source names, in the order of all vectors and matrices.</param>
/// <param name="HiddenSize">H, the width of the reward head.</param>
/// <param name="Seed">The run's seed.</param>
public sealed record WeightingContext(IReadOnlyList<string> Sources, int HiddenSize, int Seed);
