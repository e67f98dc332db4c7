using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>Reads the rotary settings of a config in both spellings.</summary>
internal static class RopeReader
{
    /// <summary>The key of θ.</summary>
    public const string ThetaKey = "rope_theta";

    /// <summary>The key of the fraction of a head that rotates.</summary>
    public const string FractionKey = "partial_rotary_factor";

    private const string OriginalKey = "original_max_position_embeddings";

    /// <summary>θ where a config names none, in all families.</summary>
    public const double Theta = 10000;

    /// <summary>
    /// θ, the fraction of a head that rotates, and the scaling, as transformers 5 takes them
    /// (<c>convert_rope_params_to_dict</c>): <c>rope_scaling</c> where it says something, else <c>rope_parameters</c>;
    /// what that one lacks, from the keys beside it.
    /// </summary>
    public static (double Theta, double Fraction, RopeScaling? Scaling) Read(
        ConfigDocument config,
        BackboneFamily family
    )
    {
        var older = config.Object("rope_scaling");
        var parameters = older is not null && older.Keys.Any() ? older : config.Object("rope_parameters");
        if (parameters is not null && parameters.HasInnerObject)
            throw new ConcordException(
                $"{config.File}: the rotary settings differ by kind of layer; expected one set for all layers, as in "
                    + $"{BackboneFamilies.KnownModelTypes}."
            );

        var theta =
            parameters?.Positive(ThetaKey)
            ?? config.Positive(family.RopeThetaKey)
            ?? config.Positive(ThetaKey)
            ?? Theta;
        var fraction =
            parameters?.Positive(FractionKey)
            ?? config.Positive(family.RotaryFractionKey)
            ?? config.Positive(FractionKey)
            ?? family.RotaryFraction;
        if (fraction > 1 || (!family.PartialRotary && fraction < 1))
            throw new ConcordException(
                $"{config.File}: the rotary fraction is {FormattableString.Invariant($"{fraction}")}; "
                    + $"expected {(family.PartialRotary ? "a number above 0, at most 1" : "1 for this family")}."
            );
        return (theta, fraction, parameters is null ? null : ReadScaling(parameters, config));
    }

    private static RopeScaling? ReadScaling(ConfigDocument scaling, ConfigDocument config)
    {
        var key = scaling.Has("rope_type") ? "rope_type" : "type";
        switch (scaling.Text(key) ?? "default")
        {
            case "default":
                return null;
            case "linear":
                var factor = Required("factor");
                return factor == 1 ? null : new RopeScaling(RopeScalingKind.Linear, factor);
            case "llama3":
                var llama = new RopeScaling(
                    RopeScalingKind.Llama3,
                    Required("factor"),
                    Required("low_freq_factor"),
                    Required("high_freq_factor"),
                    scaling.Integer(OriginalKey, 1, int.MaxValue)
                        ?? config.Integer("max_position_embeddings", 1, int.MaxValue)
                        ?? throw scaling.Missing(OriginalKey)
                );
                if (llama.Factor < 1)
                    throw scaling.Wrong("factor", "a number of at least 1");
                return llama.HighFrequencyFactor > llama.LowFrequencyFactor
                    ? llama
                    : throw scaling.Wrong("high_freq_factor", "a number above low_freq_factor");
            default:
                throw scaling.Wrong(key, "default, linear or llama3");
        }

        double Required(string name) => scaling.Positive(name) ?? throw scaling.Missing(name);
    }
}
