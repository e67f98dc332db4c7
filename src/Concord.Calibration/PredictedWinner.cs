using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>The classical reading: how sure the model is of the response it prefers, and whether it is right.</summary>
public static class PredictedWinner
{
    /// <summary>Of strict pairs.</summary>
    /// <param name="differences">r_w - r_l of each pair: reward of the preferred response less that of the
    /// other.</param>
    /// <param name="tie">What an equal reward counts: 1/2, or 0 for "ties wrong".</param>
    /// <returns>Confidence max(p, 1-p) and outcome per pair.</returns>
    public static (double[] Confidences, double[] Outcomes) OfDifferences(
        IReadOnlyList<double> differences,
        double tie = 0.5
    )
    {
        var confidences = new double[differences.Count];
        var outcomes = new double[differences.Count];
        for (var i = 0; i < confidences.Length; i++)
        {
            var p = Logistic.Sigmoid(differences[i]);
            confidences[i] = Math.Max(p, 1 - p);
            outcomes[i] =
                differences[i] > 0 ? 1
                : differences[i] < 0 ? 0
                : tie;
        }
        return (confidences, outcomes);
    }

    /// <summary>Of probabilities with labels.</summary>
    /// <param name="probabilities">The probability of label 1, in [0, 1].</param>
    /// <param name="labels">0 or 1.</param>
    /// <param name="tie">What p = 1/2 counts: 1/2, or 0 for "ties wrong".</param>
    /// <returns>Confidence max(p, 1-p) and outcome per probability.</returns>
    public static (double[] Confidences, double[] Outcomes) OfProbabilities(
        IReadOnlyList<double> probabilities,
        IReadOnlyList<double> labels,
        double tie = 0.5
    )
    {
        ProbabilityCheck.SameLength(probabilities, labels);
        var confidences = new double[probabilities.Count];
        var outcomes = new double[probabilities.Count];
        for (var i = 0; i < confidences.Length; i++)
        {
            var p = probabilities[i];
            confidences[i] = Math.Max(p, 1 - p);
            outcomes[i] =
                p == 0.5 ? tie
                : (p > 0.5) == (labels[i] == 1) ? 1
                : 0;
        }
        return (confidences, outcomes);
    }
}
