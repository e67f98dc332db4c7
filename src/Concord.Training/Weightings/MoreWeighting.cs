using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>Which solver finds λ.</summary>
public enum SolverKind
{
    /// <summary><see cref="MinNormSolver"/>.</summary>
    Exact,

    /// <summary><see cref="FrankWolfeSolver"/>, as the authors' code.</summary>
    FrankWolfe,
}

/// <summary>
/// MORE (paper, section 3.2): λ = argmin over the simplex of ‖Σ λ_i g_i‖², over the gradients of the sources present by
/// the reward head, normalised.
/// </summary>
/// <remarks>
/// Momentum over the gradients, where there is any, is in them before the Gram matrix is taken:
/// <see cref="GradientMomentum"/>.
/// </remarks>
public sealed class MoreWeighting(
    GradientNormalization normalization = GradientNormalization.L2,
    SolverKind solver = SolverKind.Exact
) : IWeighting
{
    /// <inheritdoc/>
    public bool NeedsGradients => true;

    /// <inheritdoc/>
    /// <exception cref="ConcordException">The solver is the authors' and finds no start.</exception>
    public WeightingResult Weigh(GramMatrix? gram, ReadOnlySpan<double> losses, ReadOnlySpan<bool> present)
    {
        ArgumentNullException.ThrowIfNull(gram);
        var (weights, sources, presentLosses) = (
            new double[present.Length],
            new int[present.Count(true)],
            new double[present.Count(true)]
        );
        for (int i = 0, k = 0; i < present.Length; i++)
            if (present[i])
                (sources[k], presentLosses[k++]) = (i, losses[i]);
        if (sources.Length == 0)
            return new(weights, present.ToArray());

        var normalized = normalization.Apply(gram.Select(sources), presentLosses);
        // one source alone weighs 1 under either solver; the authors' is never asked then
        var solution =
            solver == SolverKind.Exact || sources.Length == 1
                ? MinNormSolver.Solve(normalized)
                : FrankWolfeSolver.Solve(normalized);
        for (var k = 0; k < sources.Length; k++)
            weights[sources[k]] = solution.Weights[k];
        return new(weights, present.ToArray(), solution);
    }
}
