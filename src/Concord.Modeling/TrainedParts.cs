namespace Concord.Modeling;

/// <summary>Which part of a model training changes. The head of a reward model always is.</summary>
public enum TrainedParts
{
    /// <summary>Every parameter.</summary>
    Full,

    /// <summary>The last n layers and the final norm.</summary>
    LastLayers,

    /// <summary>Low-rank adapters (LoRA).</summary>
    Adapters,

    /// <summary>The head alone.</summary>
    Head,

    /// <summary>
    /// The head alone, set to the minimum of its ridge-regularised loss, which is convex, instead of descending on it.
    /// </summary>
    HeadExact,
}
