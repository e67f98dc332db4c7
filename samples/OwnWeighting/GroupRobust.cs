using Concord.Training.State;
using Concord.Training.Weightings;

namespace OwnWeighting;

/// <summary>
/// Group-robust weights (Sagawa et al. 2020): the sources with the largest losses count most. Each weight grows by
/// exp(Rate · loss) with every batch its source is in, and all are brought back to sum 1. They are remembered between
/// batches, saved with checkpoints and put back.
/// </summary>
public sealed class GroupRobust : IWeighting, IStateful
{
    private double[] weights = [];

    /// <summary>How fast weights follow the losses.</summary>
    public double Rate { get; init; } = .05;

    /// <summary>The losses come with the gradients by the reward head, which cost nearly nothing.</summary>
    public GradientSpace Space => GradientSpace.Head;

    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State => [new StateArray("group_robust_weights", weights)];

    /// <inheritdoc/>
    public void Start(WeightingContext run)
    {
        weights = new double[run.Sources.Count];
        Array.Fill(weights, 1.0 / weights.Length);
    }

    /// <inheritdoc/>
    public double[] Weigh(SourceGradients gradients)
    {
        for (var i = 0; i < weights.Length; i++)
            if (gradients.Present[i])
                weights[i] *= Math.Exp(Rate * gradients.Losses[i]);
        var sum = weights.Sum();
        for (var i = 0; i < weights.Length; i++)
            weights[i] /= sum;
        return [.. weights];
    }
}
