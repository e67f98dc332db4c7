namespace Concord.Modeling.Backbones;

/// <summary>Qwen 3 (<c>qwen3</c>): queries and keys are normalised by head.</summary>
internal static class Qwen3Family
{
    /// <summary>The declaration.</summary>
    public static BackboneFamily Family { get; } =
        new("Qwen3", "qwen3", "Qwen3", LlamaBackbone.Split)
        {
            MaxPositions = 32768,
            KeyValueHeads = 32,
            HeadDimension = 128,
            OwnKeys = ["attention_bias", .. Qwen2Family.WindowKeys],
            Read = (config, shape) =>
            {
                var bias = config.Boolean("attention_bias") ?? false;
                return Qwen2Family.ReadWindow(config, shape) with
                {
                    QueryKeyValueBias = bias,
                    AttentionOutputBias = bias,
                    QueryKeyNorm = true,
                };
            },
            Write = (json, shape) =>
            {
                json["attention_bias"] = shape.QueryKeyValueBias;
                Qwen2Family.WriteWindow(json, shape);
            },
            Presets = family =>
                [
                    (
                        "qwen3-0.6b",
                        Qwen2Family.Published(family, 1024, 28, 16, 8, 128, 3072, 32768) with
                        {
                            QueryKeyNorm = true,
                        }
                    ),
                    (
                        "qwen3-1.7b",
                        Qwen2Family.Published(family, 2048, 28, 16, 8, 128, 6144, 32768) with
                        {
                            QueryKeyNorm = true,
                        }
                    ),
                ],
        };
}
