using System.Globalization;

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
    public double Beta1 { get; init; } = .9;

    /// <summary>Decay of the second moment.</summary>
    /// <value>In [0, 1); default .999.</value>
    public double Beta2 { get; init; } = .999;

    /// <summary>Added to the root of the second moment.</summary>
    /// <value>> 0; default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay of matrices; norms, biases and embeddings have none.</summary>
    /// <value>≥ 0; default 0, as the paper.</value>
    public double WeightDecay { get; init; }

    /// <summary>Whether the embedding table decays too.</summary>
    /// <value>Default false.</value>
    public bool DecayEmbeddings { get; init; }

    /// <summary>
    /// The largest norm the gradient of all trained parameters together may have; a longer one is scaled down. Null for
    /// no limit.
    /// </summary>
    /// <value>> 0 or null; default 1, as the paper.</value>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">A value is outside its range.</exception>
    public void Validate()
    {
        Check(Beta1 is >= 0 and < 1, "beta1", Beta1, "at least 0 and less than 1");
        Check(Beta2 is >= 0 and < 1, "beta2", Beta2, "at least 0 and less than 1");
        Check(Epsilon > 0, "epsilon", Epsilon, "positive");
        Check(WeightDecay >= 0 && double.IsFinite(WeightDecay), "weight_decay", WeightDecay, "0 or more");
        Check(ClipNorm is null or > 0, "clip_norm", ClipNorm ?? 0, "positive");
    }

    private static void Check(bool holds, string name, double value, string expected)
    {
        if (!holds)
            throw new ConcordException(
                string.Create(CultureInfo.InvariantCulture, $"The setting {name} is {value}, but must be {expected}.")
            );
    }
}
