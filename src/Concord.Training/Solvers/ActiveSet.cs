using System.Runtime.CompilerServices;

namespace Concord.Training.Solvers;

/// <summary>
/// Wolfe's algorithm for the point of least norm in a polytope, in double precision: the support of the weights is
/// the active set.
/// </summary>
/// <remarks>
/// <para>As its box has it, with g the gradients and x = Σ λ_i g_i the point:</para>
/// <list type="number">
/// <item>start at the shortest gradient;</item>
/// <item>stop where every gradient has ⟨g_j, x⟩ ≥ ⟨x, x⟩; else the j with the least product enters the support;</item>
/// <item>y = the point of least norm in the affine hull of the support; where all its weights are positive, x = y and
/// go to 2;</item>
/// <item>else move x towards y until the first weight is zero, drop that member, and go to 3.</item>
/// </list>
/// <para>P. Wolfe, Finding the nearest point in a polytope, Mathematical Programming 11 (1976). Lawson and Hanson's
/// algorithm for non-negative least squares is the same cycle.</para>
/// </remarks>
internal sealed class ActiveSet(ScaledGram gram)
{
    private readonly bool[] inHull = new bool[gram.Size]; // cannot be told from the affine hull of the support
    private readonly double[] products = new double[gram.Size]; // ⟨g_j, x⟩
    private readonly double[] magnitudes = new double[gram.Size]; // Σ_s |⟨g_j, g_s⟩| λ_s, what rounding is measured by

    /// <summary>2⁻⁵², the distance from 1 to the next double.</summary>
    public const double Epsilon = 2.220446049250313e-16;

    /// <summary>Sources of weight above zero, and their weights.</summary>
    public Support Support { get; } = new(gram);

    /// <summary>How often a source was tried.</summary>
    public int Iterations { get; private set; }

    /// <summary>
    /// Whether a source would have entered after so many that only rounding can have brought them about.
    /// </summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Steps 2 to 4 until no gradient shortens the point by more than rounding.</summary>
    public void Minimise()
    {
        while (!IsExhausted)
        {
            Support.Multiply(products, magnitudes);
            var entering = MostViolating(products, magnitudes, 4 * Epsilon);
            if (entering < 0)
                return;
            Enter(entering);
        }
    }

    /// <summary>
    /// The source outside the support whose gradient has the least product with the point, where that is less than the
    /// squared norm by more than rounding; -1 where there is none.
    /// </summary>
    /// <param name="products">⟨g_j, x⟩, (K), all of them less one number or none.</param>
    /// <param name="magnitudes">Σ_s |⟨g_j, g_s⟩| λ_s, (K).</param>
    /// <param name="tolerance">Rounding, relative to the magnitudes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int MostViolating(double[] products, double[] magnitudes, double tolerance)
    {
        var squaredNorm = Support.WeightedSum(products);
        var magnitude = Support.WeightedSum(magnitudes);
        var most = -1;
        for (var j = 0; j < gram.Size; j++)
            if (
                squaredNorm - products[j] > tolerance * (magnitude + magnitudes[j])
                && CanEnter(j)
                && (most < 0 || products[j] < products[most])
            )
                most = j;
        return most;
    }

    /// <summary>
    /// Whether a gradient has a product less than the squared norm by more than rounding, though it cannot enter.
    /// </summary>
    public bool IsViolated(double[] products, double[] magnitudes)
    {
        var squaredNorm = Support.WeightedSum(products);
        var magnitude = Support.WeightedSum(magnitudes);
        for (var j = 0; j < gram.Size; j++)
            if (gram.IsFirstOfEquals(j) && squaredNorm - products[j] > 4 * Epsilon * (magnitude + magnitudes[j]))
                return true;
        return false;
    }

    /// <summary>Steps 3 and 4 for an entering source.</summary>
    public void Enter(int source)
    {
        IsExhausted = Iterations == 20 * gram.Size + 100;
        if (IsExhausted)
            return;
        Iterations++;
        if (!Support.TryAdd(source))
            inHull[source] = true;
        else if (!Support.SolveAffine() && !(Support.LastAffineWeight > 0))
        {
            // moving towards y would take it out at once: only rounding had let it in
            Support.RemoveLast();
            inHull[source] = true;
        }
        else
            Settle();
    }

    /// <summary>Steps 3 and 4 after weights fell to zero otherwise: drops them and settles on a smaller face.</summary>
    public void DropZeros()
    {
        Support.ScaleAndDrop();
        Support.SolveAffine();
        Settle();
    }

    private bool CanEnter(int source) => gram.IsFirstOfEquals(source) && !inHull[source] && !Support.Contains(source);

    private void Settle()
    {
        while (!Support.IsInside)
        {
            Support.MoveToBoundary();
            Support.SolveAffine();
        }
        Support.TakeAffine();
        Array.Clear(inHull);
    }
}
