namespace Concord.Training.Weightings;

/// <summary>What the momentum of the source gradients starts from.</summary>
public enum MomentumStart
{
    /// <summary>Zero.</summary>
    Zero,

    /// <summary>
    /// The weights of a fresh linear layer, uniform in ±1/√H, one vector for all sources: what the authors' code does.
    /// </summary>
    Random,
}
