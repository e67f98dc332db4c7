using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>The Brier score: the mean of (p - y)², 0 best, 1/4 for one who always says 1/2. Brier 1950.</summary>
public static class BrierScore
{
    /// <summary>Of probabilities with labels; null for an empty set.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a probability is outside [0, 1].</exception>
    public static double? OfProbabilities(IReadOnlyList<double> probabilities, IReadOnlyList<double> labels)
    {
        ProbabilityCheck.Valid(probabilities, labels);
        if (probabilities.Count == 0)
            return null;
        var sum = new CompensatedSum();
        for (var i = 0; i < probabilities.Count; i++)
            sum.Add((probabilities[i] - labels[i]) * (probabilities[i] - labels[i]));
        return sum.Value / probabilities.Count;
    }

    /// <summary>Of strict pairs, from r_w - r_l; both orders of a pair count the same. Null for an empty set.</summary>
    public static double? OfDifferences(IReadOnlyList<double> differences)
    {
        if (differences.Count == 0)
            return null;
        var sum = new CompensatedSum();
        for (var i = 0; i < differences.Count; i++)
            sum.Add(Term(differences[i]));
        return sum.Value / differences.Count;
    }

    /// <summary>One pair's share.</summary>
    internal static double Term(double difference)
    {
        var wrong = Logistic.Sigmoid(difference) - 1;
        return wrong * wrong;
    }
}
