using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// How far the labels of one prompt hang together: pairs of one ranking share responses, annotators share the pair,
/// pairs of a prompt share what makes the prompt hard. What counts for calibration is whether the model is right on
/// several pairs at once.
/// </summary>
/// <remarks>
/// Drawn so: each prompt has a number u, each pair takes it with probability π and else a number of its own, and the
/// model is right where the number lies below its confidence c = max(p, 1 - p). Every pair then is right with
/// probability c, and two pairs of a prompt have covariance π² (min(c, c') - c c'). π is the one for which the sum of
/// all covariances within prompts is what the data show, Σ_g Σ_{i≠j} (right_i - c_i)(right_j - c_j); 0 where that sum
/// is negative, at most 1.
/// </remarks>
internal static class LabelDependence
{
    /// <summary>π.</summary>
    public static double Estimate(PreferencePairs pairs)
    {
        double found = 0,
            largest = 0;
        var byPrompt = pairs.ByPrompt;
        for (var g = 0; g < pairs.ClusterCount; g++)
        {
            var members = byPrompt.Members(g);
            if (members.Length < 2)
                continue;
            double sum = 0,
                squares = 0,
                confidences = 0,
                confidenceSquares = 0,
                minima = 0;
            var sorted = new double[members.Length];
            for (var k = 0; k < sorted.Length; k++)
            {
                var d = pairs.Differences[members[k]];
                var c = sorted[k] = Logistic.Sigmoid(Math.Abs(d));
                var residual = d == 0 ? 0 : (d > 0 ? 1 : 0) - c;
                sum += residual;
                squares += residual * residual;
                confidences += c;
                confidenceSquares += c * c;
            }
            Array.Sort(sorted);
            // Σ_{i≠j} min(c_i, c_j): the k-th smallest is the minimum of as many pairs as there are larger ones.
            for (var k = 0; k < sorted.Length; k++)
                minima += 2 * sorted[k] * (sorted.Length - 1 - k);
            found += sum * sum - squares;
            largest += minima - (confidences * confidences - confidenceSquares);
        }
        return found > 0 && largest > 0 ? Math.Sqrt(Math.Min(1, found / largest)) : 0;
    }
}
