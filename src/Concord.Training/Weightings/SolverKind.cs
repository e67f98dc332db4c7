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
