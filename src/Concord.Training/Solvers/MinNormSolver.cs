namespace Concord.Training.Solvers;

/// <summary>
/// The exact minimum-norm point of K gradients: λ = argmin over the simplex of ‖Σ λ_i g_i‖² (paper, section 3), from
/// their Gram matrix alone.
/// </summary>
/// <remarks>
/// <para>
/// Wolfe's active-set algorithm (P. Wolfe, Finding the nearest point in a polytope, 1976): finite, and exact where
/// Frank-Wolfe only approaches. The equality-constrained problem on a support is solved in differences from its
/// shortest gradient r, M_ij = ⟨g_i - g_r, g_j - g_r⟩, formed in twice the precision: M is positive definite exactly
/// where the support is affinely independent, and gradients that agree to many digits cost none of them. When no
/// gradient is left that would shorten the point, the weights are refined against residuals in twice the precision and
/// the optimality conditions checked again with them; what that check finds goes on as another round.
/// </para>
/// <para>
/// Sources with equal gradients share their weight equally, so duplicating a source splits its weight, and K zero
/// gradients weigh 1/K each. Other ties of a degenerate matrix (more sources than dimensions) are broken by the order
/// of the sources: the value is unique there, the weights are not.
/// </para>
/// </remarks>
public static class MinNormSolver
{
    /// <summary>Solves for the weights.</summary>
    /// <param name="gram">⟨g_i, g_j⟩, positive semidefinite up to rounding.</param>
    /// <returns>
    /// Weights, value, certificate; <see cref="SolverStop.Optimal"/> unless the matrix is not positive semidefinite to
    /// the last bit.
    /// </returns>
    public static MinNormSolution Solve(GramMatrix gram)
    {
        ArgumentNullException.ThrowIfNull(gram);
        return gram.Size == 1 ? new([1.0], gram[0, 0], 0, 0, SolverStop.Optimal) : new ActiveSet(gram).Run();
    }
}
