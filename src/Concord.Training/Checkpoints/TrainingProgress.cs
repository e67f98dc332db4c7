namespace Concord.Training.Checkpoints;

/// <summary>Where a run stands, beside its tensors.</summary>
internal sealed record TrainingProgress
{
    /// <summary>The newest version of the file's form that is known.</summary>
    internal const int NewestVersion = 1;

    /// <summary>Version of the file's form.</summary>
    public int Version { get; init; } = NewestVersion;

    /// <summary>Optimizer steps done.</summary>
    public int Step { get; init; }

    /// <summary>Steps planned; it depends on data and settings, so another number means another run.</summary>
    public int Steps { get; init; }

    /// <summary>Fingerprint of the data.</summary>
    public required string Data { get; init; }

    /// <summary>Fingerprint of the model that training began from.</summary>
    public required string Model { get; init; }

    /// <summary>The ridge of the exact head that training began with; null where it began with none.</summary>
    public double? HeadRidge { get; init; }

    /// <summary>Steps done at the last evaluation; -1 before the first.</summary>
    public int EvaluatedStep { get; init; } = -1;

    /// <summary>The step of the best model so far; -1 before the first evaluation.</summary>
    public int BestStep { get; init; } = -1;

    /// <summary>What it was chosen by, the smaller the better.</summary>
    public double? BestValue { get; init; }

    /// <summary>Checksum of the held-out scores of that model; null before the first.</summary>
    public string? Scores { get; init; }

    /// <summary>Evaluations since then.</summary>
    public int EvaluationsSinceBest { get; init; }
}
