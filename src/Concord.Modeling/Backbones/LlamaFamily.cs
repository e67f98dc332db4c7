namespace Concord.Modeling.Backbones;

/// <summary>LLaMA 1, 2 and 3, Alpaca, SmolLM (<c>llama</c>).</summary>
internal static class LlamaFamily
{
    /// <summary>The declaration.</summary>
    public static BackboneFamily Family { get; } =
        new("Llama", "llama", "Llama", LlamaBackbone.Split)
        {
            MaxPositions = 2048,
            OwnKeys = ["attention_bias", "mlp_bias"],
            Read = (config, shape) =>
            {
                var bias = config.Boolean("attention_bias") ?? false;
                return shape with
                {
                    QueryKeyValueBias = bias,
                    AttentionOutputBias = bias,
                    MlpBias = config.Boolean("mlp_bias") ?? false,
                };
            },
            Write = (json, shape) =>
            {
                json["attention_bias"] = shape.QueryKeyValueBias;
                json["mlp_bias"] = shape.MlpBias;
            },
            Gguf = new("llama", GgufNames.OfLlama)
            {
                PairedModules = ["self_attn.q_proj", "self_attn.k_proj"],
                // The metadata say nothing of biases: whether there are any, the tensors tell.
                Read = (header, _, shape) =>
                    shape with
                    {
                        QueryKeyValueBias = header.Contains("blk.0.attn_q.bias"),
                        AttentionOutputBias = header.Contains("blk.0.attn_q.bias"),
                        MlpBias = header.Contains("blk.0.ffn_gate.bias"),
                    },
            },
            Presets = family =>
                [
                    ("smollm2-135m", SmolLm2(family, 576, 30, 9, 3, 1536, 100000)),
                    ("smollm2-360m", SmolLm2(family, 960, 32, 15, 5, 2560, 100000)),
                    ("smollm2-1.7b", SmolLm2(family, 2048, 24, 32, 32, 8192, 130000)),
                    ("llama-7b", Published(family, 4096, 32, 32, 32, 11008, 32000, 2048) with { NormEpsilon = 1e-6 }),
                    ("llama-13b", Published(family, 5120, 40, 40, 40, 13824, 32000, 2048) with { NormEpsilon = 1e-6 }),
                    ("llama-2-7b", Published(family, 4096, 32, 32, 32, 11008, 32000, 4096)),
                    (
                        "llama-3-8b",
                        Published(family, 4096, 32, 32, 8, 14336, 128256, 8192) with
                        {
                            RopeTheta = 500000,
                            BosTokenId = 128000,
                            EosTokenId = 128001,
                        }
                    ),
                ],
        };

    /// <summary>A shape as most models of LLaMA's kind were published: ε 1e-5, ids 1 and 2 around a text.</summary>
    public static BackboneConfig Published(
        BackboneFamily family,
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int intermediate,
        int vocabulary,
        int positions
    ) =>
        new()
        {
            Family = family,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDimension = hidden / heads,
            IntermediateSize = intermediate,
            VocabularySize = vocabulary,
            NormEpsilon = 1e-5,
            RopeTheta = RopeReader.Theta,
            Activation = BackboneActivation.Silu,
            MaxPositions = positions,
            BosTokenId = 1,
            EosTokenId = 2,
        };

    private static BackboneConfig SmolLm2(
        BackboneFamily family,
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int intermediate,
        double theta
    ) =>
        Published(family, hidden, layers, heads, keyValueHeads, intermediate, 49152, 8192) with
        {
            RopeTheta = theta,
            TiedEmbeddings = true,
            PadTokenId = 2,
        };
}
