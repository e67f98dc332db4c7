using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>The paper's reading: every strict pair in both orders.</summary>
public static class AllOrderedPairs
{
    /// <summary>Of strict pairs.</summary>
    /// <param name="differences">r_w - r_l of each pair.</param>
    /// <returns>p = sigmoid(r_i - r_j) and label 1[s_i > s_j] of each ordered pair: twice as many as pairs.</returns>
    public static (double[] Probabilities, double[] Labels) OfDifferences(IReadOnlyList<double> differences)
    {
        var probabilities = new double[2 * differences.Count];
        var labels = new double[2 * differences.Count];
        for (var i = 0; i < differences.Count; i++)
        {
            probabilities[2 * i] = Logistic.Sigmoid(differences[i]);
            labels[2 * i] = 1;
            probabilities[2 * i + 1] = Logistic.Sigmoid(-differences[i]);
        }
        return (probabilities, labels);
    }
}
