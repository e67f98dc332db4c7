namespace Concord.Preferences.Simulation;

/// <summary>A comparison of two responses whose label was drawn from a known probability.</summary>
/// <param name="Comparison">What a reader would give: two responses, one preferred.</param>
/// <param name="Utilities">What each response is worth to the group, its noise included: the probability is the
/// logistic function of their difference.</param>
public sealed record SimulatedComparison(Comparison Comparison, IReadOnlyList<double> Utilities)
{
    /// <summary>
    /// The probability with which the group prefers the first response to the second (Bradley-Terry).
    /// </summary>
    public double Probability => 1 / (1 + Math.Exp(Utilities[1] - Utilities[0]));
}
