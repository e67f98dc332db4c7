namespace Concord.Training.Weightings;

/// <summary>Every source present counts alike, λ_i = 1/K.</summary>
public sealed class EqualWeighting : IWeighting
{
    /// <inheritdoc/>
    public GradientSpace Space => GradientSpace.None;

    /// <inheritdoc/>
    public double[] Weigh(SourceGradients gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        var weights = new double[gradients.Count];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = gradients.Present[i] ? 1.0 / gradients.Present.Count(true) : 0;
        return weights;
    }
}
