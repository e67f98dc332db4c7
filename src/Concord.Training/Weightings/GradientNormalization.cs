using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>What each source gradient is divided by before the solve.</summary>
public enum GradientNormalization
{
    /// <summary>Nothing: short gradients, of sources that are easy or conflict with themselves, win.</summary>
    None,

    /// <summary>Its norm; a zero gradient stays. The authors' published recipe.</summary>
    L2,

    /// <summary>
    /// (1 + L_i) / Σ_j (1 + L_j): the higher a source's loss, the shorter its gradient, the larger its weight.
    /// </summary>
    Loss,

    /// <summary>Its norm times L_i (written <c>loss+</c>).</summary>
    LossPlus,
}

/// <summary>Normalises a Gram matrix, which is the same as normalising the gradients.</summary>
internal static class GradientNormalizations
{
    /// <summary>
    /// A loss below it counts as this much: the weight is then zero to the last bit anyway, and no product overflows.
    /// </summary>
    private const double LeastLoss = 1e-100;

    public static GramMatrix Apply(
        this GradientNormalization normalization,
        GramMatrix gram,
        ReadOnlySpan<double> losses
    )
    {
        if (normalization == GradientNormalization.None)
            return gram;
        var scales = new double[gram.Size];
        var sum = 0.0;
        foreach (var loss in losses)
            sum += 1 + loss;
        for (var i = 0; i < scales.Length; i++)
        {
            var norm = gram[i, i] > 0 ? Math.Sqrt(gram[i, i]) : 1;
            scales[i] = normalization switch
            {
                GradientNormalization.L2 => norm,
                GradientNormalization.Loss => (1 + losses[i]) / sum,
                _ => norm * Math.Max(losses[i], LeastLoss),
            };
        }
        return gram.DividedBy(scales);
    }
}
