using Concord.Training.Loop;

namespace Concord.Runs.DryRuns;

/// <summary>What a run would do and take; nothing was written.</summary>
public sealed record DryRunReport
{
    /// <summary>Steps, tokens, and what becomes of each source.</summary>
    public required TrainingPlan Plan { get; init; }

    /// <summary>What a person should know, in sentences: how texts are read, what is lost, what to look at.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Seconds of a step.</summary>
    public required double SecondsPerStep { get; init; }

    /// <summary>Seconds of all evaluations on the way and at the end.</summary>
    public required double EvaluationSeconds { get; init; }

    /// <summary>Seconds of the run.</summary>
    public double Seconds => Plan.Steps * SecondsPerStep + EvaluationSeconds;

    /// <summary>
    /// Why time and memory are computed from the model's shape and the speed of this machine's products; null where
    /// they were measured on a part of the first batch.
    /// </summary>
    public required string? WhyComputed { get; init; }

    /// <summary>Tokens that were computed to measure; 0 where nothing was.</summary>
    public required long MeasuredTokens { get; init; }

    /// <summary>Bytes of memory.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes of memory that this machine allows the process.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>What will lie on disk, and how many bytes it takes.</summary>
    public required IReadOnlyList<(string What, long Bytes)> Disk { get; init; }

    /// <summary>Bytes on disk in all.</summary>
    public long DiskBytes => Disk.Sum(part => part.Bytes);
}
