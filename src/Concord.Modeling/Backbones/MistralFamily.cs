namespace Concord.Modeling.Backbones;

/// <summary>Mistral (<c>mistral</c>): no biases, a sliding window in all layers.</summary>
internal static class MistralFamily
{
    private const string WindowKey = "sliding_window";

    /// <summary>The declaration.</summary>
    public static BackboneFamily Family { get; } =
        new("Mistral", "mistral", "Mistral", LlamaBackbone.Split)
        {
            MaxPositions = 131072,
            KeyValueHeads = 8,
            OwnKeys = [WindowKey],
            // A null means none, an absent key the 4,096 of MistralConfig.
            Read = (config, shape) =>
                shape with
                {
                    SlidingWindow = config.Names(WindowKey) ? config.Integer(WindowKey, 1, int.MaxValue) : 4096,
                },
            Write = (json, shape) => json[WindowKey] = shape.SlidingWindow,
            Presets = family =>
                [
                    (
                        "mistral-7b",
                        LlamaFamily.Published(family, 4096, 32, 32, 8, 14336, 32000, 32768) with
                        {
                            SlidingWindow = 4096,
                        }
                    ),
                ],
        };
}
