using System.Runtime.CompilerServices;

namespace Concord.Training.Solvers;

/// <summary>
/// Affinely independent gradients, their weights λ, and the equality-constrained problem on them: the point of least
/// norm in their affine hull.
/// </summary>
/// <remarks>
/// It is solved in differences from a reference member r, M_ij = ⟨g_i - g_r, g_j - g_r⟩, by the Cholesky factor of M,
/// which grows by a row when a member enters.
/// </remarks>
internal sealed class Support
{
    private readonly ScaledGram gram;
    private readonly int[] members; // members[0] is the reference r
    private readonly double[] weights; // in the order of the members, as `affine`
    private readonly double[] corrections;
    private readonly double[] affine; // of the affine hull's point of least norm
    private readonly double[] factor; // lower triangle L, M = L Lᵀ; row i belongs to members[i + 1]
    private readonly bool[] contained;

    /// <summary>The shortest gradient alone.</summary>
    public Support(ScaledGram gram)
    {
        this.gram = gram;
        members = new int[gram.Size];
        weights = new double[gram.Size];
        corrections = new double[gram.Size];
        affine = new double[gram.Size];
        factor = new double[gram.Size * gram.Size];
        contained = new bool[gram.Size];
        Count = 1;
        members[0] = gram.Shortest;
        weights[0] = 1;
        contained[members[0]] = true;
    }

    public int Count { get; private set; }

    /// <summary>The members; the first is the reference.</summary>
    public ReadOnlySpan<int> Members => members.AsSpan(0, Count);

    /// <summary>λ of the members, sum 1.</summary>
    public Span<double> Weights => weights.AsSpan(0, Count);

    /// <summary>
    /// What lies below the last bit of <see cref="Weights"/> after they were refined; zero after any other change.
    /// </summary>
    public Span<double> Corrections => corrections.AsSpan(0, Count);

    /// <summary>Whether every weight of <see cref="SolveAffine"/> is positive.</summary>
    public bool IsInside { get; private set; }

    public bool Contains(int source) => contained[source];

    /// <summary>The weight that <see cref="SolveAffine"/> gives the member that entered last.</summary>
    public double LastAffineWeight => affine[Count - 1];

    /// <summary>Σ_s λ_s values[s] over the members.</summary>
    public double WeightedSum(double[] values)
    {
        var sum = 0.0;
        for (var s = 0; s < Count; s++)
            sum += weights[s] * values[members[s]];
        return sum;
    }

    /// <summary>(Gλ)_j and Σ_s |G_js| λ_s over all sources.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(double[] products, double[] magnitudes)
    {
        Array.Clear(products);
        for (var s = 0; s < Count; s++)
            VectorMath.AddScaled(products, weights[s] * gram.Scale, gram.Row(members[s]));
        Magnitudes(magnitudes);
    }

    /// <summary>Σ_s |G_js| λ_s over all sources: what the rounding of (Gλ)_j is measured by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Magnitudes(double[] magnitudes)
    {
        Array.Clear(magnitudes);
        for (var s = 0; s < Count; s++)
            VectorMath.AddScaledMagnitudes(magnitudes, weights[s] * gram.Scale, gram.Row(members[s]));
    }

    /// <summary>Adds a member of weight zero. False where its gradient lies in the affine hull, to rounding.</summary>
    public bool TryAdd(int source)
    {
        members[Count] = source;
        weights[Count] = 0;
        corrections[Count] = 0;
        if (!Factor(Count))
            return false;
        Count++;
        contained[source] = true;
        return true;
    }

    public void RemoveLast() => contained[members[--Count]] = false;

    /// <summary>
    /// Solves for the weights of the affine hull's point of least norm. Returns <see cref="IsInside"/>.
    /// </summary>
    public bool SolveAffine()
    {
        var reference = members[0];
        for (var s = 1; s < Count; s++)
            affine[s] = gram[reference, reference] - gram[reference, members[s]];
        SolveFactored(affine.AsSpan(1, Count - 1));
        var sum = default(DoubleDouble);
        for (var s = 1; s < Count; s++)
            sum = sum.Plus(affine[s]);
        affine[0] = 1 - sum.High;

        IsInside = true;
        for (var s = 0; s < Count; s++)
            IsInside &= affine[s] > 0;
        return IsInside;
    }

    /// <summary>λ = the weights of <see cref="SolveAffine"/>.</summary>
    public void TakeAffine()
    {
        affine.AsSpan(0, Count).CopyTo(weights);
        Corrections.Clear();
    }

    /// <summary>
    /// Moves λ towards the weights of <see cref="SolveAffine"/> until the first is zero, and drops what is zero.
    /// </summary>
    public void MoveToBoundary()
    {
        var share = 1.0;
        var leaving = -1;
        for (var s = 0; s < Count; s++)
        {
            if (affine[s] > 0)
                continue;
            var until = weights[s] / (weights[s] - affine[s]);
            if (leaving >= 0 && until >= share)
                continue;
            share = double.IsFinite(until) ? until : 0;
            leaving = s;
        }
        for (var s = 0; s < Count; s++)
            weights[s] = Math.Max(weights[s] + share * (affine[s] - weights[s]), 0);
        weights[leaving] = 0;
        Drop();
    }

    /// <summary>Drops members whose weight is not positive, and scales the others to sum 1.</summary>
    public void ScaleAndDrop()
    {
        var sum = 0.0;
        foreach (ref var weight in Weights)
        {
            weight = Math.Max(weight, 0);
            sum += weight;
        }
        foreach (ref var weight in Weights)
            weight /= sum;
        Drop();
    }

    /// <summary>x = M⁻¹ x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveFactored(Span<double> x)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var row = factor.AsSpan(i * gram.Size, i + 1);
            x[i] = (x[i] - VectorMath.Dot(row[..i], x[..i])) / row[i];
        }
        for (var i = x.Length - 1; i >= 0; i--)
        {
            var row = factor.AsSpan(i * gram.Size, i + 1);
            x[i] /= row[i];
            VectorMath.AddScaled(x[..i], -x[i], row[..i]);
        }
    }

    /// <summary>
    /// Row of the factor for the member at s ≥ 1. False where its gradient lies in the affine hull of those before it,
    /// to rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Factor(int s)
    {
        var reference = members[0];
        var source = members[s];
        var row = factor.AsSpan((s - 1) * gram.Size, s);
        for (var k = 1; k < s; k++)
        {
            var other = factor.AsSpan((k - 1) * gram.Size, k);
            var product = Difference(reference, source, members[k]);
            row[k - 1] = (product - VectorMath.Dot(row[..(k - 1)], other[..(k - 1)])) / other[k - 1];
        }
        var length = Difference(reference, source, source);
        var pivot = length - VectorMath.Dot(row[..(s - 1)], row[..(s - 1)]);
        if (!(pivot > 4 * s * ActiveSet.Epsilon * length))
            return false;
        row[s - 1] = Math.Sqrt(pivot);
        return true;
    }

    /// <summary>⟨g_i - g_r, g_j - g_r⟩, in twice the precision: gradients that agree to many digits cost none of them.
    /// </summary>
    private double Difference(int r, int i, int j) =>
        DoubleDouble.Sum(gram[i, j], gram[r, r]).Minus(DoubleDouble.Sum(gram[i, r], gram[j, r])).High;

    /// <summary>Takes the members of weight zero out and renews the factor from the first of them on.</summary>
    private void Drop()
    {
        Corrections.Clear();
        var kept = 0;
        var first = Count;
        for (var s = 0; s < Count; s++)
        {
            if (!(weights[s] > 0))
            {
                first = Math.Min(first, s);
                contained[members[s]] = false;
                continue;
            }
            members[kept] = members[s];
            weights[kept] = weights[s];
            kept++;
        }
        Count = kept;
        if (first == 0)
            ChooseReference();
        for (var s = Math.Max(first, 1); s < Count; s++)
            if (!Factor(s))
            {
                // an ill-conditioned support that only rounding had kept apart: the member's weight goes to the
                // reference, whose gradient is the same to rounding
                weights[0] += weights[s];
                weights[s] = 0;
                Drop();
                return;
            }
    }

    /// <summary>The shortest member becomes the first.</summary>
    private void ChooseReference()
    {
        var shortest = 0;
        for (var s = 1; s < Count; s++)
            if (gram[members[s], members[s]] < gram[members[shortest], members[shortest]])
                shortest = s;
        Swap(members, shortest);
        Swap(weights, shortest);
    }

    private static void Swap<T>(T[] values, int with)
    {
        var first = values[0];
        values[0] = values[with];
        values[with] = first;
    }
}
