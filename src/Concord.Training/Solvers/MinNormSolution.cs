namespace Concord.Training.Solvers;

/// <summary>Why a solver stopped.</summary>
public enum SolverStop
{
    /// <summary>The optimality conditions hold to rounding.</summary>
    Optimal,

    /// <summary>The last move was below the solver's threshold.</summary>
    SmallMove,

    /// <summary>
    /// What is left to gain cannot be told from rounding: the matrix is not positive semidefinite to the last bit.
    /// </summary>
    Rounding,

    /// <summary>The limit of iterations was reached.</summary>
    IterationLimit,
}

/// <summary>
/// A point of the simplex that a solver gives for argmin ‖Σ λ_i g_i‖², with what is needed to judge it.
/// </summary>
/// <param name="Weights">λ, (K): not negative, sum 1.</param>
/// <param name="Value">‖Σ λ_i g_i‖² = λᵀGλ.</param>
/// <param name="Gap">
/// Certificate: λᵀGλ - min_i (Gλ)_i ≥ 0, zero only at the minimum. The squared distance of Σ λ_i g_i from the true
/// minimum-norm point is at most this.
/// </param>
/// <param name="Iterations">How often the active set was enlarged, or steps of Frank-Wolfe.</param>
/// <param name="Stop">Why it stopped.</param>
public sealed record MinNormSolution(double[] Weights, double Value, double Gap, int Iterations, SolverStop Stop);
