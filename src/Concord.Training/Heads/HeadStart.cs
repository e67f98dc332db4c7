namespace Concord.Training.Heads;

/// <summary>What the head is when training begins.</summary>
public enum HeadStart
{
    /// <summary>The model's own head; where its folder has none, zero.</summary>
    Kept,

    /// <summary>
    /// The minimum of the ridge-regularised ranking loss over the model's hidden states before training: first the
    /// head, then the rest (Kumar et al. 2022, LP-FT).
    /// </summary>
    Exact,
}
