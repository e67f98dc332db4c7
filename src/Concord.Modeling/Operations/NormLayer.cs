namespace Concord.Modeling.Operations;

/// <summary>A normalisation: RMSNorm where there is no bias, else LayerNorm.</summary>
/// <param name="Weight">// (H)</param>
/// <param name="Bias">// (H), or null</param>
/// <param name="Epsilon">Added to the mean square or the variance.</param>
internal sealed record NormLayer(Parameter Weight, Parameter? Bias, double Epsilon);
