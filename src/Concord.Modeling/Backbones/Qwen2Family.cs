using System.Text.Json.Nodes;
using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>Qwen 2 and 2.5 (<c>qwen2</c>): queries, keys and values have biases.</summary>
internal static class Qwen2Family
{
    /// <summary>The keys of Qwen's window.</summary>
    public static readonly string[] WindowKeys =
    [
        "use_sliding_window",
        "sliding_window",
        "max_window_layers",
        "layer_types",
    ];

    /// <summary>The declaration.</summary>
    public static BackboneFamily Family { get; } =
        new("Qwen2", "qwen2", "Qwen2", LlamaBackbone.Split)
        {
            MaxPositions = 32768,
            KeyValueHeads = 32,
            OwnKeys = WindowKeys,
            Read = (config, shape) => ReadWindow(config, shape) with { QueryKeyValueBias = true },
            Write = WriteWindow,
            Presets = family =>
                [
                    (
                        "qwen2.5-0.5b",
                        Published(family, 896, 24, 14, 2, 64, 4864, 32768) with
                        {
                            QueryKeyValueBias = true,
                        }
                    ),
                    (
                        "qwen2.5-1.5b",
                        Published(family, 1536, 28, 12, 2, 128, 8960, 131072) with
                        {
                            QueryKeyValueBias = true,
                        }
                    ),
                ],
        };

    /// <summary>Reads Qwen's window: only where it is asked for, and only in the later layers.</summary>
    public static BackboneConfig ReadWindow(ConfigDocument config, BackboneConfig shape)
    {
        if (config.Boolean("use_sliding_window") is not true)
            return config.Texts("layer_types")?.Contains("sliding_attention") is true
                ? throw config.Wrong(
                    "layer_types",
                    "full_attention in all layers, since use_sliding_window is not true"
                )
                : shape;
        var window = config.Integer("sliding_window", 1, int.MaxValue) ?? 4096;
        var first = config.Integer("max_window_layers", 0, int.MaxValue) ?? 28;
        if (config.Texts("layer_types") is { } types)
        {
            var expected = Enumerable
                .Range(0, shape.Layers)
                .Select(layer => layer < first ? "full_attention" : "sliding_attention");
            if (!types.SequenceEqual(expected))
                throw config.Wrong(
                    "layer_types",
                    $"full_attention up to layer max_window_layers, {first}, and sliding_attention from it on"
                );
        }
        return first < shape.Layers ? shape with { SlidingWindow = window, FirstSlidingLayer = first } : shape;
    }

    /// <summary>Writes Qwen's window.</summary>
    public static void WriteWindow(JsonObject json, BackboneConfig shape)
    {
        json["use_sliding_window"] = shape.SlidingWindow is not null;
        json["sliding_window"] = shape.SlidingWindow;
        json["max_window_layers"] = shape.SlidingWindow is null ? shape.Layers : shape.FirstSlidingLayer;
    }

    /// <summary>A shape as Qwen's small models were published with.</summary>
    public static BackboneConfig Published(
        BackboneFamily family,
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int head,
        int intermediate,
        int positions
    ) =>
        LlamaFamily.Published(family, hidden, layers, heads, keyValueHeads, intermediate, 151936, positions) with
        {
            HeadDimension = head,
            NormEpsilon = 1e-6,
            RopeTheta = 1_000_000,
            TiedEmbeddings = true,
            BosTokenId = 151643,
            EosTokenId = 151643,
        };
}
