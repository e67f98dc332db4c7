namespace Concord.Training.Objectives;

/// <summary>
/// What the forward and backward passes of one batch gave, beside the gradient. What is of sources stays empty where an
/// objective knows none.
/// </summary>
public sealed record StepOutcome
{
    /// <summary>The loss of the batch under its weights.</summary>
    public required double Loss { get; init; }

    /// <summary>L_i, (K); NaN where absent.</summary>
    public double[] Losses { get; init; } = [];

    /// <summary>λ, (K); under micro-batch scope their mean.</summary>
    public double[] Weights { get; init; } = [];

    /// <summary>Largest less smallest weight of the sources present.</summary>
    public double Spread { get; init; }

    /// <summary>Cosines of the sources' head gradients in this batch, (K, K) row by row.</summary>
    public double[] Cosines { get; init; } = [];

    /// <summary>τ, (K), as the losses were taken under.</summary>
    public double[] Temperatures { get; init; } = [];

    /// <summary>Tokens computed, a second forward pass not counted.</summary>
    public required long Tokens { get; init; }
}
