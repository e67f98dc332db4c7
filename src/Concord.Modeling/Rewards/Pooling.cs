namespace Concord.Modeling.Rewards;

/// <summary>
/// Which hidden state a reward is read from. Positions come from real lengths, never from the pad id.
/// </summary>
public enum Pooling
{
    /// <summary>The last text token (the paper's choice, and what transformers computes).</summary>
    Last,

    /// <summary>An end-of-text token appended to every text.</summary>
    Eos,

    /// <summary>The mean over a text's tokens. Concord's own: transformers would score otherwise.</summary>
    Mean,

    /// <summary>
    /// The elementwise maximum over a text's tokens. Concord's own: transformers would score otherwise.
    /// </summary>
    Max,
}
