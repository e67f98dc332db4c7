using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>
/// An exponential average of each source's head gradient, m_i ← (1 - α) m_i + α g_i; a source that a batch misses keeps
/// its own.
/// </summary>
internal sealed class GradientMomentum
{
    private readonly double alpha;
    private readonly int sources;
    private readonly double[] values;

    /// <summary>Averages that start from one vector.</summary>
    /// <param name="sources">K.</param>
    /// <param name="alpha">α in (0, 1]; 1 keeps nothing of the past.</param>
    /// <param name="start">What every source's average starts from, (H).</param>
    public GradientMomentum(int sources, double alpha, ReadOnlySpan<double> start)
    {
        this.alpha = alpha;
        this.sources = sources;
        values = new double[sources * start.Length];
        for (var i = 0; i < sources; i++)
            start.CopyTo(values.AsSpan(i * start.Length));
    }

    /// <summary>m, (K, H) row by row; the whole state.</summary>
    public Memory<double> Values => values;

    /// <summary>A start vector of width H.</summary>
    /// <param name="start">Zero or random.</param>
    /// <param name="width">H.</param>
    /// <param name="seed">Of the random one.</param>
    public static double[] StartVector(MomentumStart start, int width, int seed)
    {
        var vector = new double[width];
        if (start == MomentumStart.Zero)
            return vector;
        var random = new Random(seed);
        for (var i = 0; i < width; i++)
            vector[i] = (2 * random.NextDouble() - 1) / Math.Sqrt(width);
        return vector;
    }

    /// <summary>Takes a batch's gradients in and gives the Gram matrix of the averages.</summary>
    /// <param name="gradients">g, (K, H) row by row.</param>
    /// <param name="present">Which sources the batch has, (K); the others keep their average.</param>
    public GramMatrix Update(ReadOnlySpan<double> gradients, ReadOnlySpan<bool> present)
    {
        if (gradients.Length != values.Length)
            throw new ArgumentException(
                $"{values.Length} numbers were expected, not {gradients.Length}.",
                nameof(gradients)
            );
        var width = values.Length / sources;
        for (var k = 0; k < values.Length; k++)
            if (present[k / width])
                values[k] = (1 - alpha) * values[k] + alpha * gradients[k];
        return GramMatrix.Of(values, sources);
    }
}
