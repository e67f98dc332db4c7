using Concord.Foundation;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using Concord.Training.State;

namespace Concord.Training.Weightings;

/// <summary>
/// MORE (paper, section 3.2): λ = argmin over the simplex of ‖Σ λ_i m_i‖², over the momentum m of the sources'
/// gradients by the reward head, normalised. The momentum is its own, and saved with the run.
/// </summary>
public sealed class MoreWeighting : IWeighting, IStateful
{
    private GradientMomentum? momentum;

    /// <summary>α of the momentum m_i ← (1 - α) m_i + α g_i; 1 keeps nothing of the past.</summary>
    /// <value>In (0, 1]; default .99, the published recipe.</value>
    [Setting("Momentum of the gradients; 1 keeps nothing of the past.", Above = 0, Most = 1)]
    public double Alpha { get; init; } = .99;

    /// <summary>What the momentum starts from.</summary>
    /// <value>Default zero.</value>
    public MomentumStart MomentumStart { get; init; } = MomentumStart.Zero;

    /// <summary>How gradients are normalised.</summary>
    /// <value>Default l2, the published recipe.</value>
    public GradientNormalization Normalization { get; init; } = GradientNormalization.L2;

    /// <summary>The solver.</summary>
    /// <value>Default exact.</value>
    public SolverKind Solver { get; init; } = SolverKind.Exact;

    /// <summary>Over which pairs λ is solved.</summary>
    /// <value>Default the whole batch.</value>
    public WeightingScope Scope { get; init; } = WeightingScope.Batch;

    /// <summary>How the gradient of a batch of several micro-batches is found.</summary>
    /// <value>Default by memory.</value>
    public GradientAccumulation Accumulation { get; init; } = GradientAccumulation.Auto;

    /// <inheritdoc/>
    public GradientSpace Space => GradientSpace.Head;

    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State => momentum is null ? [] : [new StateArray("momentum", momentum.Values)];

    /// <inheritdoc/>
    /// <exception cref="ConcordException">Alpha is outside its range, or the authors' solver is asked to weigh one
    /// source.</exception>
    public void Validate(IReadOnlyList<string> sources, BatchSettings batches, RankingLossSettings loss)
    {
        ArgumentNullException.ThrowIfNull(sources);
        SettingRule.Check(this);
        if (Solver == SolverKind.FrankWolfe && sources.Count == 1)
            throw new ConcordException(
                "The authors' Frank-Wolfe solver needs at least two sources, and the data have one: use the solver "
                    + "`exact`, or the weighting `equal`."
            );
    }

    /// <inheritdoc/>
    public void Start(WeightingContext run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var start = GradientMomentum.StartVector(MomentumStart, run.HiddenSize, run.Seed);
        momentum = new GradientMomentum(run.Sources.Count, Alpha, start);
    }

    /// <inheritdoc/>
    /// <returns>λ, (K): not negative, 0 for absent sources, sum 1 unless none is present.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Start"/> has not been called.</exception>
    /// <exception cref="ConcordException">The solver is the authors' and finds no start.</exception>
    public double[] Weigh(SourceGradients gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (momentum is null)
            throw new InvalidOperationException("A weighting is started before it weighs.");
        var averages = momentum.Update(gradients.Head, gradients.Present); // ⟨m_i, m_j⟩ (K, K)
        var weights = new double[gradients.Count];
        int[] present = [.. Enumerable.Range(0, gradients.Count).Where(i => gradients.Present[i])];
        if (present.Length == 0)
            return weights;
        var solution = Solve(averages.Select(present), [.. present.Select(i => gradients.Losses[i])]);
        for (var k = 0; k < present.Length; k++)
            weights[present[k]] = solution.Weights[k];
        return weights;
    }

    /// <summary>The weights of sources that are all present, with the certificate of the solve.</summary>
    /// <param name="averages">⟨m_i, m_j⟩.</param>
    /// <param name="losses">L_i.</param>
    internal MinNormSolution Solve(GramMatrix averages, ReadOnlySpan<double> losses)
    {
        var normalized = Normalization.Apply(averages, losses);
        // one source alone weighs 1 under either solver; the authors' is never asked then
        return Solver == SolverKind.Exact || losses.Length == 1
            ? MinNormSolver.Solve(normalized)
            : FrankWolfeSolver.Solve(normalized);
    }
}
