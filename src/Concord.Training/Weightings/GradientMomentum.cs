using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>What the momentum of the source gradients starts from.</summary>
public enum MomentumStart
{
    /// <summary>Zero.</summary>
    Zero,

    /// <summary>
    /// The weights of a fresh linear layer, uniform in ±1/√H, one vector for all sources: what the authors' code does.
    /// </summary>
    Random,
}

/// <summary>
/// An exponential average of each source's head gradient, m_i ← (1 - α) m_i + α g_i; a source that a batch misses keeps
/// its own. The one thing a weighting remembers between batches.
/// </summary>
public sealed class GradientMomentum
{
    private readonly double _alpha;
    private readonly int _sources;
    private double[] _values;

    /// <summary>Averages that start from one vector.</summary>
    /// <param name="sources">K.</param>
    /// <param name="alpha">α in (0, 1]; 1 keeps nothing of the past.</param>
    /// <param name="start">What every source's average starts from, (H).</param>
    public GradientMomentum(int sources, double alpha, ReadOnlySpan<double> start)
    {
        if (!(alpha is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(alpha),
                alpha,
                "The momentum's alpha is more than 0 and at most 1."
            );
        (_alpha, _sources) = (alpha, sources);
        _values = new double[sources * start.Length];
        for (var i = 0; i < sources; i++)
            start.CopyTo(_values.AsSpan(i * start.Length));
    }

    /// <summary>m, (K, H) row by row.</summary>
    public ReadOnlySpan<double> Values => _values;

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
        if (gradients.Length != _values.Length)
            throw new ArgumentException(
                $"{_values.Length} numbers were expected, not {gradients.Length}.",
                nameof(gradients)
            );
        var width = _values.Length / _sources;
        for (var k = 0; k < _values.Length; k++)
            if (present[k / width])
                _values[k] = (1 - _alpha) * _values[k] + _alpha * gradients[k];
        return GramMatrix.Of(_values, _sources);
    }

    /// <summary>Puts back what <see cref="Values"/> gave.</summary>
    public void Restore(ReadOnlySpan<double> values)
    {
        if (values.Length != _values.Length)
            throw new ArgumentException(
                $"{_values.Length} numbers were expected, not {values.Length}.",
                nameof(values)
            );
        _values = values.ToArray();
    }
}
