using System.Globalization;

namespace Concord.Training.Weightings;

/// <summary>Over which pairs a weighting decides.</summary>
public enum WeightingScope
{
    /// <summary>The whole batch of one optimizer step, exactly, also where it is computed in micro-batches.</summary>
    Batch,

    /// <summary>Each micro-batch for itself, with its own update of the momentum, as the authors' code.</summary>
    MicroBatch,
}

/// <summary>How λ of a batch is found that is computed in several micro-batches. Both ways are exact.</summary>
public enum MoreAccumulation
{
    /// <summary>
    /// Buffers where they take at most 1 GiB, as with adapters, few trained layers or small models; else the second
    /// pass.
    /// </summary>
    Auto,

    /// <summary>
    /// All micro-batches are taken forward to find λ, then forward and back: a forward pass more, no memory.
    /// </summary>
    SecondForward,

    /// <summary>
    /// The gradient of each source is kept by itself until λ is known: no pass more, K times the memory of the trained
    /// parameters.
    /// </summary>
    GradientBuffers,
}

/// <summary>Which weighting is taken, and its parameters. Every default is here.</summary>
public sealed record WeightingSettings
{
    /// <summary>Name of the scheme: one of <see cref="WeightingRegistry.Names"/>.</summary>
    /// <value>Default <c>equal</c>.</value>
    public string Scheme { get; init; } = "equal";

    /// <summary>For <c>static</c>: a weight per source name.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>For <c>more</c>: α of the momentum over gradients.</summary>
    /// <value>In (0, 1]; default .99, the published recipe.</value>
    public double Alpha { get; init; } = .99;

    /// <summary>For <c>more</c>: what the momentum starts from.</summary>
    /// <value>Default zero.</value>
    public MomentumStart MomentumStart { get; init; } = MomentumStart.Zero;

    /// <summary>For <c>more</c>: how gradients are normalised.</summary>
    /// <value>Default l2, the published recipe.</value>
    public GradientNormalization Normalization { get; init; } = GradientNormalization.L2;

    /// <summary>For <c>more</c>: the solver.</summary>
    /// <value>Default exact.</value>
    public SolverKind Solver { get; init; } = SolverKind.Exact;

    /// <summary>For <c>more</c>: over which pairs λ is solved.</summary>
    /// <value>Default the whole batch.</value>
    public WeightingScope Scope { get; init; } = WeightingScope.Batch;

    /// <summary>For <c>more</c> over a batch of several micro-batches: how λ is found.</summary>
    /// <value>Default auto.</value>
    public MoreAccumulation Accumulation { get; init; } = MoreAccumulation.Auto;

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">The scheme is unknown or a value is outside its range.</exception>
    public void Validate()
    {
        if (!WeightingRegistry.Names.Contains(Scheme))
            throw new ConcordException(
                $"The weighting `{Scheme}` is unknown; there are {string.Join(", ", WeightingRegistry.Names)}."
            );
        if (!(Alpha is > 0 and <= 1))
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The setting alpha is {Alpha}, but must be more than 0 and at most 1."
                )
            );
    }
}
