using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Modeling.Backbones;

/// <summary>
/// Turns a <c>config.json</c> into a <see cref="BackboneConfig"/>; keys left out have the defaults of transformers'
/// configuration classes.
/// </summary>
internal static class BackboneConfigReader
{
    // Far above any published model; they keep products of sizes within 64 bits.
    private const int LargestWidth = 1 << 20,
        LargestVocabulary = 1 << 24,
        LargestDepth = 1 << 14,
        LargestContext = 1 << 30;

    public static BackboneConfig Read(ConfigDocument config)
    {
        var modelType = config.Text("model_type") ?? throw config.Missing("model_type");
        var family =
            BackboneFamilies.Find(modelType)
            ?? throw new ConcordException(
                $"{config.File}: model_type is \"{modelType}\"; known are {BackboneFamilies.KnownModelTypes}. Take "
                    + $"a model of one of these families."
            );
        if (config.Has("quantization_config"))
            throw new ConcordException(
                $"{config.File} has a quantization_config: its weights are packed. Take the model in fp32, fp16 or "
                    + $"bf16, or a GGUF file (concord model import)."
            );
        var defaults = FamilyDefaults.Of(family);

        var hidden = Size(config, "hidden_size");
        var layers = config.Integer("num_hidden_layers", 1, LargestDepth) ?? throw config.Missing("num_hidden_layers");
        var heads = Size(config, "num_attention_heads");
        // GPT-NeoX has one key and value head for each query head, whatever a config says.
        var keyValueHeads =
            family == BackboneFamily.GptNeoX
                ? heads
                : config.Integer("num_key_value_heads", 1, LargestWidth) ?? defaults.KeyValueHeads ?? heads;
        if (heads % keyValueHeads != 0)
            throw config.Wrong("num_key_value_heads", $"a divisor of num_attention_heads, {heads}");
        var headDimension = ReadHeadDimension(config, family, hidden, heads, defaults);
        var rope = RopeReader.Read(config, family, defaults);
        var rotary = (int)(headDimension * rope.Fraction);
        if (rotary < 2 || rotary % 2 != 0)
            throw new ConcordException(
                $"{config.File}: {rotary} of {headDimension} dimensions of a head rotate; expected an even number "
                    + $"above 0. "
                    + "Correct head_dim, hidden_size or the rotary fraction."
            );
        var (window, firstSliding) = ReadSlidingWindow(config, family, layers);
        var vocabulary = config.Integer("vocab_size", 1, LargestVocabulary) ?? throw config.Missing("vocab_size");
        var pad = config.TokenId("pad_token_id");
        if (pad >= vocabulary)
            throw config.Wrong("pad_token_id", $"an id below vocab_size, {vocabulary}");
        var bias = config.Boolean("attention_bias");

        return new BackboneConfig
        {
            Family = family,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDimension = headDimension,
            IntermediateSize = Size(config, "intermediate_size"),
            VocabularySize = vocabulary,
            NormEpsilon = config.Positive(defaults.EpsilonKey) ?? defaults.Epsilon,
            RopeTheta = rope.Theta,
            RopeScaling = rope.Scaling,
            RotaryFraction = rope.Fraction,
            ParallelResidual = family == BackboneFamily.GptNeoX && (config.Boolean("use_parallel_residual") ?? true),
            QueryKeyValueBias = family switch
            {
                BackboneFamily.GptNeoX => bias ?? true,
                BackboneFamily.Qwen2 => true,
                BackboneFamily.Mistral => false,
                _ => bias ?? false,
            },
            AttentionOutputBias = family switch
            {
                BackboneFamily.GptNeoX => bias ?? true,
                BackboneFamily.Qwen2 or BackboneFamily.Mistral => false,
                _ => bias ?? false,
            },
            MlpBias =
                family == BackboneFamily.GptNeoX
                || (family == BackboneFamily.Llama && (config.Boolean("mlp_bias") ?? false)),
            QueryKeyNorm = family == BackboneFamily.Qwen3,
            SlidingWindow = window,
            FirstSlidingLayer = firstSliding,
            TiedEmbeddings = config.Boolean("tie_word_embeddings") ?? false,
            Activation = ReadActivation(config, defaults),
            MaxPositions = config.Integer("max_position_embeddings", 1, LargestContext) ?? defaults.MaxPositions,
            PadTokenId = pad,
            BosTokenId = config.TokenId("bos_token_id"),
            EosTokenId = config.TokenId("eos_token_id"),
            Dtype = ReadDtype(config),
        };
    }

    private static int Size(ConfigDocument config, string key) =>
        config.Integer(key, 1, LargestWidth) ?? throw config.Missing(key);

    private static int ReadHeadDimension(
        ConfigDocument config,
        BackboneFamily family,
        int hidden,
        int heads,
        FamilyDefaults defaults
    )
    {
        var given =
            family == BackboneFamily.GptNeoX
                ? null
                : config.Integer("head_dim", 1, LargestWidth) ?? defaults.HeadDimension;
        if (given is null && hidden % heads != 0)
            throw config.Wrong("hidden_size", $"a multiple of num_attention_heads, {heads}");
        return given ?? hidden / heads;
    }

    private static (int? Window, int FirstLayer) ReadSlidingWindow(
        ConfigDocument config,
        BackboneFamily family,
        int layers
    )
    {
        const string key = "sliding_window";
        switch (family)
        {
            case BackboneFamily.Mistral:
                // A null means none, an absent key the 4,096 of MistralConfig.
                return (config.Names(key) ? config.Integer(key, 1, int.MaxValue) : 4096, 0);
            case BackboneFamily.Qwen2 or BackboneFamily.Qwen3 when config.Boolean("use_sliding_window") ?? false:
                var window = config.Integer(key, 1, int.MaxValue) ?? 4096;
                var first = config.Integer("max_window_layers", 0, int.MaxValue) ?? 28;
                if (config.Texts("layer_types") is { } types)
                    CheckLayerTypes(config, types, first, layers);
                return first < layers ? (window, first) : (null, 0);
            default:
                return (null, 0);
        }
    }

    private static void CheckLayerTypes(ConfigDocument config, IReadOnlyList<string> types, int first, int layers)
    {
        var expected = Enumerable
            .Range(0, layers)
            .Select(layer => layer < first ? "full_attention" : "sliding_attention");
        if (!types.SequenceEqual(expected))
            throw config.Wrong(
                "layer_types",
                $"full_attention up to layer max_window_layers, {first}, and sliding_attention from it on"
            );
    }

    private static BackboneActivation ReadActivation(ConfigDocument config, FamilyDefaults defaults) =>
        (config.Text("hidden_act") ?? defaults.Activation) switch
        {
            "silu" or "swish" => BackboneActivation.Silu,
            "gelu" or "gelu_python" => BackboneActivation.Gelu,
            "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => BackboneActivation.GeluTanh,
            _ => throw config.Wrong("hidden_act", "silu, gelu, gelu_new, gelu_fast or gelu_pytorch_tanh"),
        };

    private static torch.ScalarType ReadDtype(ConfigDocument config)
    {
        var key = config.Has("dtype") ? "dtype" : "torch_dtype";
        return config.Text(key) is not { } name
            ? torch.ScalarType.Float32
            : WeightTypes.Parse(name) ?? throw config.Wrong(key, "float32, float16, bfloat16 or float64");
    }
}
