namespace Concord.Records;

/// <summary>
/// A step in <c>metrics.jsonl</c>. Numbers by source stand under its name; what is not finite, or not there, is null.
/// </summary>
public sealed record MetricsStep
{
    /// <summary>Version of the line; 1 where it has none (for which the serializer gives 0).</summary>
    public int Version
    {
        get;
        init => field = value == 0 ? MetricsFile.CurrentVersion : value;
    } = MetricsFile.CurrentVersion;

    /// <summary>Steps done, this one included.</summary>
    public required int Step { get; init; }

    /// <summary>How often the longest source has been seen.</summary>
    public required double Epoch { get; init; }

    /// <summary>The loss of the batch under its weights, before the step.</summary>
    public required double? Loss { get; init; }

    /// <summary>L of each source; null where it had no pair in the batch.</summary>
    public required IReadOnlyDictionary<string, double?> Losses { get; init; }

    /// <summary>λ of each source.</summary>
    public required IReadOnlyDictionary<string, double?> Weights { get; init; }

    /// <summary>τ of each source, as the losses were taken under.</summary>
    public required IReadOnlyDictionary<string, double?> Temperatures { get; init; }

    /// <summary>Rate of all but the head.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Rate of the head.</summary>
    public required double HeadLearningRate { get; init; }

    /// <summary>Norm of the gradient before clipping.</summary>
    public required double? GradientNorm { get; init; }

    /// <summary>Largest less smallest weight of the sources present.</summary>
    public required double? WeightSpread { get; init; }

    /// <summary>Cosines of the sources' head gradients in this batch, (K, K).</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Cosines { get; init; }

    /// <summary>Comparisons of the batch.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Tokens computed: prompts once.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds the step took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of these, seconds that the optimizer took.</summary>
    public double OptimizerSeconds { get; init; }

    /// <summary>Tokens a second.</summary>
    public required double TokensPerSecond { get; init; }
}
