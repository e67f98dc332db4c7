namespace Concord.Modeling.Operations;

/// <summary>A range of output rows of a linear layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="First">First output row.</param>
/// <param name="Count">Number of output rows.</param>
internal readonly record struct LinearRows(LinearLayer Layer, int First, int Count);
