namespace Concord.Training.Solvers;

/// <summary>
/// A Gram matrix as the solver reads it: brought near 1 by an exact power of two, its equal gradients known.
/// </summary>
internal sealed class ScaledGram
{
    private readonly GramMatrix gram;
    private readonly int[] twin; // the first source with the same gradient

    public ScaledGram(GramMatrix gram)
    {
        this.gram = gram;
        var largest = 0.0;
        for (var i = 0; i < gram.Size; i++)
            largest = Math.Max(largest, gram[i, i]);
        Scale = largest is > 1e-140 and < 1e140 or 0 ? 1 : Math.ScaleB(1, -Math.ILogB(largest));
        twin = FirstEqual(gram);
    }

    /// <summary>K.</summary>
    public int Size => gram.Size;

    /// <summary>The power of two that every entry is multiplied by.</summary>
    public double Scale { get; }

    /// <summary>The source with the shortest gradient, the first of equals.</summary>
    public int Shortest
    {
        get
        {
            var shortest = 0;
            for (var i = 1; i < Size; i++)
                if (gram[i, i] < gram[shortest, shortest])
                    shortest = i;
            return shortest;
        }
    }

    /// <summary>⟨g_i, g_j⟩, scaled.</summary>
    public double this[int i, int j] => gram[i, j] * Scale;

    /// <summary>Row i as it was given, not scaled.</summary>
    public ReadOnlySpan<double> Row(int i) => gram.Row(i);

    /// <summary>Whether no earlier source has the same gradient: only such sources enter a support.</summary>
    public bool IsFirstOfEquals(int i) => twin[i] == i;

    /// <summary>The weights of all sources: those with equal gradients share theirs equally.</summary>
    /// <param name="weights">(K); not 0 for the first of equals only. Overwritten.</param>
    public void ShareAmongEquals(double[] weights)
    {
        var alike = new int[Size];
        foreach (var first in twin)
            alike[first]++;
        for (var j = Size - 1; j >= 0; j--)
            weights[j] = weights[twin[j]] / alike[twin[j]];
    }

    private static int[] FirstEqual(GramMatrix gram)
    {
        var twin = new int[gram.Size];
        for (var j = 0; j < twin.Length; j++)
        {
            twin[j] = j;
            for (var i = 0; i < j; i++)
                if (gram[i, j] == gram[i, i] && gram[i, j] == gram[j, j])
                {
                    twin[j] = twin[i];
                    break;
                }
        }
        return twin;
    }
}
