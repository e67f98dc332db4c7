using Concord.Training.Solvers;

namespace Concord.Training.Losses;

/// <summary>
/// The source losses of a batch with their derivatives, from which everything about the batch follows in closed form.
/// </summary>
public sealed class RankingLossResult
{
    internal RankingLossResult(RankingPairs pairs)
    {
        Pairs = pairs;
        (Losses, Centering, LogTemperatureGradients) = (
            new double[pairs.SourceCount],
            new double[pairs.SourceCount],
            new double[pairs.SourceCount]
        );
        RewardGradients = new double[pairs.RowCount];
    }

    /// <summary>The pairs of the batch.</summary>
    public RankingPairs Pairs { get; }

    /// <summary>L_i, (K): the mean ranking loss of source i; 0 where it is absent.</summary>
    public double[] Losses { get; }

    /// <summary>The centring term of source i, (K), its coefficient included.</summary>
    public double[] Centering { get; }

    /// <summary>
    /// d(L_i + centring_i)/d r of each row, i the source of the row, (R). A row belongs to one comparison, so to one
    /// source.
    /// </summary>
    public double[] RewardGradients { get; }

    /// <summary>d L_i / d log τ_i, (K).</summary>
    public double[] LogTemperatureGradients { get; }

    /// <summary>
    /// What each source's loss is multiplied by in the total, (K): λ_i, or K λ_i N_i / N in the pooled form; 0 for
    /// absent sources.
    /// </summary>
    /// <param name="weights">λ, (K).</param>
    public double[] Coefficients(ReadOnlySpan<double> weights)
    {
        var (coefficients, present, units) = (new double[Pairs.SourceCount], 0, 0L);
        for (var i = 0; i < coefficients.Length; i++)
        {
            present += Pairs.IsPresent(i) ? 1 : 0;
            units += Pairs.Units[i];
        }
        for (var i = 0; i < coefficients.Length; i++)
            if (Pairs.IsPresent(i))
                coefficients[i] =
                    Pairs.Settings.Total == TotalForm.Mean ? weights[i] : present * weights[i] * Pairs.Units[i] / units;
        return coefficients;
    }

    /// <summary>The loss of the batch under weights λ, centring included.</summary>
    public double Total(ReadOnlySpan<double> weights)
    {
        var (coefficients, total) = (Coefficients(weights), 0.0);
        for (var i = 0; i < coefficients.Length; i++)
            total += coefficients[i] * (Losses[i] + Centering[i]);
        return total;
    }

    /// <summary>d total / d r under weights λ, (R): what a backward pass starts from.</summary>
    public double[] TotalRewardGradients(ReadOnlySpan<double> weights)
    {
        var (coefficients, gradients) = (Coefficients(weights), new double[Pairs.RowCount]);
        for (var c = 0; c < Pairs.ComparisonSources.Length; c++)
        for (var row = Pairs.RowOffsets[c]; row < Pairs.RowOffsets[c + 1]; row++)
            gradients[row] = coefficients[Pairs.ComparisonSources[c]] * RewardGradients[row];
        return gradients;
    }

    /// <summary>
    /// The gradient of each source's loss by the head's weight w, (K, H) row by row: g_i = Σ over pairs of share · τ_i
    /// · -sigmoid(-x) (z_w - z_l) (paper, section 3), no backward pass needed; 0 where absent.
    /// </summary>
    /// <param name="hidden">z, the hidden states at the reward positions, (R, H) row by row, with r = ⟨w, z⟩.</param>
    public double[] HeadGradients(ReadOnlySpan<float> hidden)
    {
        var width = hidden.Length / Math.Max(Pairs.RowCount, 1);
        if (width * Pairs.RowCount != hidden.Length)
            throw new ArgumentException(
                $"{hidden.Length} numbers are not {Pairs.RowCount} hidden states.",
                nameof(hidden)
            );
        var gradients = new double[Pairs.SourceCount * width];
        for (var c = 0; c < Pairs.ComparisonSources.Length; c++)
        {
            var gradient = gradients.AsSpan(Pairs.ComparisonSources[c] * width, width);
            for (var row = Pairs.RowOffsets[c]; row < Pairs.RowOffsets[c + 1]; row++)
                if (RewardGradients[row] is not 0 and var factor)
                    VectorMath.AddScaled(gradient, factor, hidden.Slice(row * width, width));
        }
        return gradients;
    }
}
