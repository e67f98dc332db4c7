namespace Concord.Modeling;

/// <summary>Which part of a reward model training changes. The head always is.</summary>
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
}
