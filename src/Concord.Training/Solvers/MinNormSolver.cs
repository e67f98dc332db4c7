namespace Concord.Training.Solvers;

/// <summary>
/// The exact minimum-norm point of K gradients: λ = argmin over the simplex of ‖Σ λ_i g_i‖² (paper, section 3), from
/// their Gram matrix alone.
/// </summary>
/// <remarks>
/// <para>
/// Wolfe's active-set algorithm (P. Wolfe, Finding the nearest point in a polytope, 1976): finite, and exact where
/// Frank-Wolfe only approaches. The equality-constrained problem on a support is solved in differences from its
/// shortest gradient, formed in twice the precision: its matrix is positive definite exactly where the support is
/// affinely independent, and gradients that agree to many digits cost none of them. When no gradient is left that would
/// shorten the point, a step of its own refines the weights to the last bit, against residuals in twice the precision,
/// and the optimality conditions are checked again with these; what that check finds goes on as another round.
/// </para>
/// <para>
/// Sources with equal gradients share their weight equally, so duplicating a source splits its weight, and K zero
/// gradients weigh 1/K each. Other ties of a degenerate matrix (more sources than dimensions) are broken by the order
/// of the sources: the value is unique there, the weights are not.
/// </para>
/// </remarks>
public static class MinNormSolver
{
    // of a product in twice the precision, relative to its terms
    private const double RefinedRounding = ActiveSet.Epsilon * ActiveSet.Epsilon * 4096;

    /// <summary>Solves for the weights.</summary>
    /// <param name="gram">⟨g_i, g_j⟩, positive semidefinite up to rounding.</param>
    /// <returns>
    /// Weights, value, certificate; <see cref="SolverStop.Optimal"/> unless the matrix is not positive semidefinite to
    /// the last bit.
    /// </returns>
    public static MinNormSolution Solve(GramMatrix gram)
    {
        ArgumentNullException.ThrowIfNull(gram);
        if (gram.Size == 1)
            return new([1.0], gram[0, 0], 0, 0, SolverStop.Optimal);

        var scaled = new ScaledGram(gram);
        var activeSet = new ActiveSet(scaled);
        var refinement = new Refinement(scaled, activeSet.Support);
        for (activeSet.Minimise(); !activeSet.IsExhausted; activeSet.Minimise())
        {
            if (!refinement.Refine())
            {
                activeSet.DropZeros();
                continue;
            }
            refinement.Multiply();
            var missed = activeSet.MostViolating(refinement.Residuals, refinement.Magnitudes, RefinedRounding);
            if (missed >= 0)
                activeSet.Enter(missed);
            else if (activeSet.IsViolated(refinement.Residuals, refinement.Magnitudes))
                return refinement.Certify(activeSet.Iterations, SolverStop.Rounding);
            else
                return refinement.Certify(activeSet.Iterations, SolverStop.Optimal);
        }
        refinement.Multiply();
        return refinement.Certify(activeSet.Iterations, SolverStop.IterationLimit);
    }
}
