namespace Concord.Modeling.Backbones;

/// <summary>How the rotary frequencies θ^(-2i/d) are changed for contexts longer than those of pretraining.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Factor">
/// How many times longer the context is; at least 1 for <see cref="RopeScalingKind.Llama3"/>, above 0 for
/// <see cref="RopeScalingKind.Linear"/>.
/// </param>
/// <param name="LowFrequencyFactor">Llama 3 only, else 0: wavelengths above original context / this are divided by the
/// factor.</param>
/// <param name="HighFrequencyFactor">Llama 3 only, else 0: wavelengths below original context / this stay; larger than
/// <paramref name="LowFrequencyFactor"/>.</param>
/// <param name="OriginalMaxPositions">Llama 3 only, else 0: the context of pretraining in tokens.</param>
public sealed record RopeScaling(
    RopeScalingKind Kind,
    double Factor,
    double LowFrequencyFactor = 0,
    double HighFrequencyFactor = 0,
    int OriginalMaxPositions = 0
);

/// <summary>The rules of <see cref="RopeScaling"/>.</summary>
public enum RopeScalingKind
{
    /// <summary>All frequencies divided by the factor (<c>linear</c>).</summary>
    Linear,

    /// <summary>
    /// Low frequencies divided by the factor, high ones kept, those between interpolated (<c>llama3</c>).
    /// </summary>
    Llama3,
}
