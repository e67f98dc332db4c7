using Concord.Foundation;

namespace Concord.Training.Optimizers;

/// <summary>Which optimizer.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW (Loshchilov and Hutter 2019).</summary>
    AdamW,

    /// <summary>Plain gradient descent.</summary>
    Sgd,
}

/// <summary>How the optimizer steps. Learning rates are <see cref="Loop.TrainingSettings"/>'.</summary>
public sealed record OptimizerSettings
{
    /// <summary>Which one.</summary>
    /// <value>Default AdamW.</value>
    public OptimizerKind Kind { get; init; } = OptimizerKind.AdamW;

    /// <summary>Decay of the first moment.</summary>
    /// <value>In [0, 1); default .9.</value>
    [Setting("Decay of the first moment.", Least = 0, Below = 1)]
    public double Beta1 { get; init; } = .9;

    /// <summary>Decay of the second moment.</summary>
    /// <value>In [0, 1); default .999.</value>
    [Setting("Decay of the second moment.", Least = 0, Below = 1)]
    public double Beta2 { get; init; } = .999;

    /// <summary>Added to the root of the second moment.</summary>
    /// <value>> 0; default 1e-8.</value>
    [Setting("Added to the root of the second moment.", Above = 0)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay of matrices; norms, biases and embeddings have none.</summary>
    /// <value>≥ 0; default 0, as the paper.</value>
    [Setting("Decay of matrices; norms and biases have none.", Least = 0)]
    public double WeightDecay { get; init; }

    /// <summary>Whether the embedding table decays too.</summary>
    /// <value>Default false.</value>
    public bool DecayEmbeddings { get; init; }

    /// <summary>
    /// The largest norm the gradient of all trained parameters together may have; a longer one is scaled down. Null for
    /// no limit.
    /// </summary>
    /// <value>> 0 or null; default 1, as the paper.</value>
    [Setting("Largest norm of the gradient; empty: no limit.", Above = 0)]
    public double? ClipNorm { get; init; } = 1;

    /// <summary>The optimizer that these settings name, over some parameters.</summary>
    internal IOptimizer Over(FlatParameters parameters) =>
        Kind == OptimizerKind.AdamW ? new AdamW(parameters, this) : new Sgd(parameters);

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">A value is outside its range.</exception>
    public void Validate()
    {
        SettingRule.Check(this);
    }
}
