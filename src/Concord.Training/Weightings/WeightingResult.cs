using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>What a weighting gives for one batch.</summary>
/// <param name="Weights">λ, (K); 0 for absent sources.</param>
/// <param name="Present">Which sources were in the batch, (K).</param>
/// <param name="Solution">The solve behind the weights, over the sources present, where there was one.</param>
public sealed record WeightingResult(double[] Weights, bool[] Present, MinNormSolution? Solution = null)
{
    /// <summary>
    /// Largest less smallest weight of the sources present: with equally correlated source gradients it stays near 0,
    /// and the scheme is then MultiTask.
    /// </summary>
    public double Spread
    {
        get
        {
            double least = double.PositiveInfinity,
                largest = double.NegativeInfinity;
            for (var i = 0; i < Weights.Length; i++)
                if (Present[i])
                    (least, largest) = (Math.Min(least, Weights[i]), Math.Max(largest, Weights[i]));
            return largest >= least ? largest - least : 0;
        }
    }
}
