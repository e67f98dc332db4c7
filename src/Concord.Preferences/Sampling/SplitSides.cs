namespace Concord.Preferences.Sampling;

/// <summary>The sides of a <see cref="PromptSplit"/>; no prompt lies on two of them.</summary>
public sealed record SplitSides
{
    /// <summary>Learned from; each has a strict pair.</summary>
    public required IReadOnlyList<Comparison> Training { get; init; }

    /// <summary>Looked at during training: the step that is kept, the early stop, temperatures.</summary>
    public required IReadOnlyList<Comparison> Validation { get; init; }

    /// <summary>Kept for the result.</summary>
    public required IReadOnlyList<Comparison> HeldOut { get; init; }

    /// <summary>Comparisons of ties alone that were not held out: there is nothing in them to train on.</summary>
    public int TiedForTraining { get; init; }
}
