using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// The negative log-likelihood (NLL): mean of -log p(what happened). Its exact form is the ranking loss L_rank of the
/// paper.
/// </summary>
public static class NegativeLogLikelihood
{
    // numpy.finfo(float).eps, by which scikit-learn's log_loss clips.
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>
    /// Of strict pairs, exactly: mean softplus(-(r_w - r_l)), finite for any difference. Null for an empty set.
    /// </summary>
    public static double? OfDifferences(IReadOnlyList<double> differences)
    {
        if (differences.Count == 0)
            return null;
        var sum = new CompensatedSum();
        for (var i = 0; i < differences.Count; i++)
            sum.Add(Logistic.Softplus(-differences[i]));
        return sum.Value / differences.Count;
    }

    /// <summary>
    /// As scikit-learn's log_loss over both orders of every pair: probabilities clipped to [2.2e-16, 1 - 2.2e-16], so a
    /// sure mistake costs 36. Null for an empty set.
    /// </summary>
    public static double? ClippedOfDifferences(IReadOnlyList<double> differences)
    {
        if (differences.Count == 0)
            return null;
        var sum = new CompensatedSum();
        for (var i = 0; i < differences.Count; i++)
        {
            sum.Add(-Math.Log(Clip(Logistic.Sigmoid(differences[i]))));
            sum.Add(-Math.Log(1 - Clip(Logistic.Sigmoid(-differences[i]))));
        }
        return sum.Value / (2.0 * differences.Count);
    }

    /// <summary>Of probabilities with labels, clipped likewise. Null for an empty set.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a probability is outside [0, 1].</exception>
    public static double? ClippedOfProbabilities(IReadOnlyList<double> probabilities, IReadOnlyList<double> labels)
    {
        ProbabilityCheck.Valid(probabilities, labels);
        if (probabilities.Count == 0)
            return null;
        var sum = new CompensatedSum();
        for (var i = 0; i < probabilities.Count; i++)
        {
            var p = Clip(probabilities[i]);
            sum.Add(-Math.Log(labels[i] == 1 ? p : 1 - p));
        }
        return sum.Value / probabilities.Count;
    }

    private static double Clip(double p) => Math.Clamp(p, Epsilon, 1 - Epsilon);
}
