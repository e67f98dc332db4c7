namespace Concord.Modeling.Backbones;

/// <summary>
/// What a config of a family means where it leaves a key out: the defaults of transformers' configuration classes.
/// </summary>
internal sealed record FamilyDefaults(
    string EpsilonKey,
    double Epsilon,
    string Activation,
    int MaxPositions,
    int? KeyValueHeads,
    int? HeadDimension,
    double RotaryFraction
)
{
    /// <summary>θ of all families.</summary>
    public const double RopeTheta = 10000;

    public static FamilyDefaults Of(BackboneFamily family) =>
        family switch
        {
            BackboneFamily.GptNeoX => new("layer_norm_eps", 1e-5, "gelu", 2048, null, null, 0.25),
            BackboneFamily.Llama => new("rms_norm_eps", 1e-6, "silu", 2048, null, null, 1),
            BackboneFamily.Mistral => new("rms_norm_eps", 1e-6, "silu", 131072, 8, null, 1),
            BackboneFamily.Qwen2 => new("rms_norm_eps", 1e-6, "silu", 32768, 32, null, 1),
            BackboneFamily.Qwen3 => new("rms_norm_eps", 1e-6, "silu", 32768, 32, 128, 1),
            _ => throw new ArgumentOutOfRangeException(nameof(family)),
        };
}
