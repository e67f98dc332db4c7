namespace Concord.Training.Loop;

/// <summary>What one optimizer step did. What is of sources is empty where the objective knows none.</summary>
public sealed record StepReport
{
    /// <summary>Steps done, this one included.</summary>
    public required int Step { get; init; }

    /// <summary>Of how many.</summary>
    public required int Steps { get; init; }

    /// <summary>How often the longest source has been seen.</summary>
    public required double Epoch { get; init; }

    /// <summary>The loss of the batch under its weights, before the step.</summary>
    public required double Loss { get; init; }

    /// <summary>L_i, (K); NaN where absent.</summary>
    public required double[] Losses { get; init; }

    /// <summary>λ, (K); under micro-batch scope their mean.</summary>
    public required double[] Weights { get; init; }

    /// <summary>τ, (K), as the losses were taken under.</summary>
    public required double[] Temperatures { get; init; }

    /// <summary>Largest less smallest weight of the sources present.</summary>
    public required double Spread { get; init; }

    /// <summary>Cosines of the sources' head gradients in this batch, (K, K) row by row.</summary>
    public required double[] Cosines { get; init; }

    /// <summary>Rate of all but the head.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Rate of the head.</summary>
    public required double HeadLearningRate { get; init; }

    /// <summary>Norm of the gradient before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Comparisons of the batch.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Tokens computed: prompts once.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds the step took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of these, seconds that the optimizer took: the gradient's norm, clipping and the update.</summary>
    public required double OptimizerSeconds { get; init; }
}
