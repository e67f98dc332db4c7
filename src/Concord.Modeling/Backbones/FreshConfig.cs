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
        var neox = config.Family == BackboneFamily.GptNeoX;
        var json = new JsonObject
        {
            ["model_type"] = BackboneFamilies.ModelType(config.Family),
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
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["attention_dropout"] = 0.0,
            ["initializer_range"] = 0.02,
            ["use_cache"] = true,
            ["bos_token_id"] = config.BosTokenId,
            ["eos_token_id"] = config.EosTokenId,
            ["dtype"] = WeightTypes.Name(config.Dtype),
            ["torch_dtype"] = WeightTypes.Name(config.Dtype),
        };
        if (config.PadTokenId is { } pad)
            json["pad_token_id"] = pad;
        var scaling = Scaling(config);
        var parameters = scaling?.DeepClone().AsObject() ?? new JsonObject { ["rope_type"] = "default" };
        parameters["rope_theta"] = config.RopeTheta;
        if (neox)
            parameters["partial_rotary_factor"] = config.RotaryFraction;
        json["rope_parameters"] = parameters;
        json["rope_scaling"] = scaling;
        if (neox)
            AddGptNeoX(json, config);
        else
            AddLlama(json, config);
        return json;
    }

    private static void AddGptNeoX(JsonObject json, BackboneConfig config)
    {
        json["layer_norm_eps"] = config.NormEpsilon;
        json["use_parallel_residual"] = config.ParallelResidual;
        json["attention_bias"] = config.QueryKeyValueBias;
        json["hidden_dropout"] = 0.0;
        json["rotary_pct"] = config.RotaryFraction;
        json["rotary_emb_base"] = config.RopeTheta;
    }

    private static void AddLlama(JsonObject json, BackboneConfig config)
    {
        json["rms_norm_eps"] = config.NormEpsilon;
        json["num_key_value_heads"] = config.KeyValueHeads;
        json["head_dim"] = config.HeadDimension;
        json["rope_theta"] = config.RopeTheta;
        switch (config.Family)
        {
            case BackboneFamily.Llama:
                json["attention_bias"] = config.QueryKeyValueBias;
                json["mlp_bias"] = config.MlpBias;
                break;
            case BackboneFamily.Mistral:
                json["sliding_window"] = config.SlidingWindow;
                break;
            default:
                if (config.Family == BackboneFamily.Qwen3)
                    json["attention_bias"] = config.QueryKeyValueBias;
                json["use_sliding_window"] = config.SlidingWindow is not null;
                json["sliding_window"] = config.SlidingWindow;
                json["max_window_layers"] = config.SlidingWindow is null ? config.Layers : config.FirstSlidingLayer;
                break;
        }
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
