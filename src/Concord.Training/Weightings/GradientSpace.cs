namespace Concord.Training.Weightings;

/// <summary>The gradients that a weighting wants to see of a batch.</summary>
public enum GradientSpace
{
    /// <summary>None, and no losses either: its coefficients are known before the forward pass.</summary>
    None,

    /// <summary>
    /// Those of the source losses by the reward head, (K, H): they come with the losses in closed form and cost next to
    /// nothing, so a weighting that looks at losses alone says this too.
    /// </summary>
    Head,

    /// <summary>
    /// Those of the source losses by all trained parameters, (K, N): each source's is kept in a buffer of its own, K
    /// times the memory of the trained parameters, and every micro-batch is of one source.
    /// </summary>
    Trained,
}
