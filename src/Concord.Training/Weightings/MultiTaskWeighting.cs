namespace Concord.Training.Weightings;

/// <summary>
/// The paper's MultiTask: λ_i = 1/K, which with the pooled total over shuffled batches is the plain mean over all
/// pairs.
/// </summary>
public sealed class MultiTaskWeighting : IWeighting
{
    private readonly EqualWeighting equal = new();

    /// <inheritdoc/>
    public GradientSpace Space => GradientSpace.None;

    /// <inheritdoc/>
    public double[] Weigh(SourceGradients gradients) => equal.Weigh(gradients);
}
