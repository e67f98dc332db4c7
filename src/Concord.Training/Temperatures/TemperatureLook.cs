namespace Concord.Training.Temperatures;

/// <summary>What one step says of a source's temperature.</summary>
/// <param name="Gradient">d L_i / d log τ_i, a mean over pairs the model has not fitted yet.</param>
/// <param name="Comparisons">From how many comparisons these are drawn in all, ≥ 1: the prior is shared out over
/// them.</param>
/// <param name="Weight">How many steps it stands for; 0 where the source has no such pairs in this step: it learns
/// nothing then.</param>
public readonly record struct TemperatureLook(double Gradient, int Comparisons, double Weight = 1);
