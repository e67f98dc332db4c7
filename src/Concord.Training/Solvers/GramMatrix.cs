using System.Globalization;

namespace Concord.Training.Solvers;

/// <summary>
/// The K × K inner products ⟨g_i, g_j⟩ of K source gradients: all that a weighting needs to know of them.
/// </summary>
public sealed class GramMatrix
{
    private readonly double[] entries;

    /// <summary>A matrix by its entries.</summary>
    /// <param name="size">K ≥ 1.</param>
    /// <param name="values">Row by row, (K, K); symmetric.</param>
    /// <exception cref="ArgumentException">The number of entries is not K².</exception>
    /// <exception cref="ConcordException">An entry is not finite.</exception>
    public GramMatrix(int size, double[] values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != size * size)
            throw new ArgumentException(
                $"A Gram matrix of {size} sources has {size * size} entries, not {values.Length}.",
                nameof(values)
            );
        for (var i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i]))
                throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The inner product of the gradients of sources {i / size} and {i % size} is {values[i]}: "
                            + $"training has diverged. Lower the learning rate, or clip gradients."
                    )
                );
        Size = size;
        entries = values;
    }

    /// <summary>K.</summary>
    public int Size { get; }

    /// <summary>The entries row by row, (K, K).</summary>
    public ReadOnlySpan<double> Values => entries;

    /// <summary>⟨g_i, g_j⟩.</summary>
    public double this[int i, int j] => entries[i * Size + j];

    /// <summary>Row i, (K).</summary>
    public ReadOnlySpan<double> Row(int i) => entries.AsSpan(i * Size, Size);

    /// <summary>The products of K vectors.</summary>
    /// <param name="vectors">Row by row, (K, H).</param>
    /// <param name="count">K.</param>
    public static GramMatrix Of(ReadOnlySpan<double> vectors, int count)
    {
        var width = vectors.Length / count;
        if (width * count != vectors.Length)
            throw new ArgumentException(
                $"{vectors.Length} numbers are not {count} rows of equal length.",
                nameof(vectors)
            );
        var values = new double[count * count];
        for (var i = 0; i < count; i++)
        for (var j = 0; j <= i; j++)
            values[i * count + j] = values[j * count + i] = VectorMath.Dot(
                vectors.Slice(i * width, width),
                vectors.Slice(j * width, width)
            );
        return new(count, values);
    }

    /// <summary>
    /// The matrix after each gradient is divided by a positive number of its own: ⟨g_i/s_i, g_j/s_j⟩.
    /// </summary>
    public GramMatrix DividedBy(ReadOnlySpan<double> scales)
    {
        var values = new double[entries.Length];
        for (var i = 0; i < Size; i++)
        for (var j = 0; j < Size; j++)
            values[i * Size + j] = entries[i * Size + j] / scales[i] / scales[j];
        return new(Size, values);
    }

    /// <summary>The rows and columns of some sources only, in their order.</summary>
    public GramMatrix Select(ReadOnlySpan<int> sources)
    {
        var values = new double[sources.Length * sources.Length];
        for (var i = 0; i < sources.Length; i++)
        for (var j = 0; j < sources.Length; j++)
            values[i * sources.Length + j] = this[sources[i], sources[j]];
        return new(sources.Length, values);
    }

    /// <summary>The cosine of each two gradients, (K, K) row by row; 0 where one of them is zero.</summary>
    public double[] Cosines()
    {
        var cosines = new double[entries.Length];
        for (var i = 0; i < Size; i++)
        for (var j = 0; j < Size; j++)
        {
            var norms = Math.Sqrt(this[i, i]) * Math.Sqrt(this[j, j]);
            cosines[i * Size + j] = norms > 0 ? Math.Clamp(this[i, j] / norms, -1, 1) : 0;
        }
        return cosines;
    }
}
