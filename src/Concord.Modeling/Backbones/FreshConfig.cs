using System.Text.Json.Nodes;
using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>
/// A config of its own for a model that came without one, in both spellings: transformers 5 reads either, older ones
/// only the second.
/// </summary>
internal static class FreshConfig
{
    public static JsonObject Of(BackboneConfig config)
    {
        var family = config.Family;
        var scaling = Scaling(config);
        var parameters = scaling?.DeepClone().AsObject() ?? new JsonObject { ["rope_type"] = "default" };
        parameters[RopeReader.ThetaKey] = config.RopeTheta;
        var json = new JsonObject
        {
            ["model_type"] = family.ModelType,
            ["hidden_size"] = config.HiddenSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["intermediate_size"] = config.IntermediateSize,
            ["vocab_size"] = config.VocabularySize,
            ["max_position_embeddings"] = config.MaxPositions,
            ["hidden_act"] = config.Activation switch
            {
                BackboneActivation.Silu => "silu",
                BackboneActivation.Gelu => "gelu",
                _ => "gelu_new",
            },
            [family.EpsilonKey] = config.NormEpsilon,
            [family.RopeThetaKey] = config.RopeTheta,
            ["rope_parameters"] = parameters,
            ["rope_scaling"] = scaling,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["attention_dropout"] = 0.0,
            ["initializer_range"] = 0.02,
            ["use_cache"] = true,
            ["bos_token_id"] = config.BosTokenId,
            ["eos_token_id"] = config.EosTokenId,
            ["dtype"] = WeightTypes.Name(config.Dtype),
            ["torch_dtype"] = WeightTypes.Name(config.Dtype),
        };
        if (family.GroupedQueries)
        {
            json["num_key_value_heads"] = config.KeyValueHeads;
            json["head_dim"] = config.HeadDimension;
        }
        if (family.PartialRotary)
        {
            parameters[RopeReader.FractionKey] = config.RotaryFraction;
            json[family.RotaryFractionKey] = config.RotaryFraction;
        }
        if (config.PadTokenId is { } pad)
            json["pad_token_id"] = pad;
        family.Write(json, config);
        return json;
    }

    private static JsonObject? Scaling(BackboneConfig config) =>
        config.RopeScaling switch
        {
            null => null,
            { Kind: RopeScalingKind.Linear } linear => new JsonObject
            {
                ["rope_type"] = "linear",
                ["factor"] = linear.Factor,
            },
            var llama => new JsonObject
            {
                ["rope_type"] = "llama3",
                ["factor"] = llama.Factor,
                ["low_freq_factor"] = llama.LowFrequencyFactor,
                ["high_freq_factor"] = llama.HighFrequencyFactor,
                ["original_max_position_embeddings"] = llama.OriginalMaxPositions,
            },
        };
}
