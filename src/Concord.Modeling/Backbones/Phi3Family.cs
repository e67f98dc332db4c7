namespace Concord.Modeling.Backbones;

/// <summary>
/// Phi 3 and 4 (<c>phi3</c>): LLaMA's architecture with queries, keys and values in one tensor, gate and up in another;
/// a window in all layers where the config has one; a part of each head rotates in Phi 4 mini.
/// </summary>
/// <remarks>
/// LongRoPE (the 128k models), which takes one of two tables of frequencies by the length of a text, is refused by
/// name. As in <c>modeling_phi3</c> of transformers, whose modules these names are.
/// </remarks>
internal static class Phi3Family
{
    private const string WindowKey = "sliding_window";

    /// <summary>The declaration.</summary>
    public static BackboneFamily Family { get; } =
        new(
            "Phi3",
            "phi3",
            "Phi3",
            (config, source) => new LlamaBackbone(config, source, ["self_attn.qkv_proj"], ["mlp.gate_up_proj"])
        )
        {
            Epsilon = 1e-5,
            MaxPositions = 4096,
            PartialRotary = true,
            OwnKeys = [WindowKey],
            Read = (config, shape) => shape with { SlidingWindow = config.Integer(WindowKey, 1, int.MaxValue) },
            Write = (json, shape) =>
            {
                json[WindowKey] = shape.SlidingWindow;
                json["original_max_position_embeddings"] = shape.MaxPositions;
                json["resid_pdrop"] = 0.0;
                json["embd_pdrop"] = 0.0;
            },
            Gguf = new(
                "phi3",
                [
                    ("model.embed_tokens", "token_embd"),
                    ("model.norm", "output_norm"),
                    ("lm_head", "output"),
                    ("input_layernorm", "attn_norm"),
                    ("self_attn.qkv_proj", "attn_qkv"),
                    ("self_attn.o_proj", "attn_output"),
                    ("post_attention_layernorm", "ffn_norm"),
                    ("mlp.gate_up_proj", "ffn_up"),
                    ("mlp.down_proj", "ffn_down"),
                ]
            )
            {
                Refused =
                [
                    ("rope_factors_long.weight", "LongRoPE, frequencies by the length of a text"),
                    ("rope_factors_short.weight", "LongRoPE, frequencies by the length of a text"),
                ],
                // 0 stands for none; files of before August 2024 do not say, and are refused.
                Read = (_, metadata, shape) =>
                    shape with
                    {
                        SlidingWindow = metadata.Integer("phi3.attention.sliding_window", 0, int.MaxValue) switch
                        {
                            0 => null,
                            var window => window,
                        },
                    },
            },
            Presets = family =>
                [
                    (
                        "phi-3-mini-4k",
                        LlamaFamily.Published(family, 3072, 32, 32, 32, 8192, 32064, 4096) with
                        {
                            SlidingWindow = 2047,
                            EosTokenId = 32000,
                            PadTokenId = 32000,
                        }
                    ),
                    (
                        "phi-4",
                        LlamaFamily.Published(family, 5120, 40, 40, 10, 17920, 100352, 16384) with
                        {
                            RopeTheta = 250000,
                            BosTokenId = 100257,
                            EosTokenId = 100257,
                        }
                    ),
                ],
        };
}
