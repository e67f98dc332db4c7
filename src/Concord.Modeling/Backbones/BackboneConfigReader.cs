using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Modeling.Backbones;

/// <summary>
/// Turns a <c>config.json</c> into a <see cref="BackboneConfig"/>; keys left out have the defaults of transformers'
/// configuration classes, as the family declares them.
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

        ConfigKeys.Check(config);

        var hidden = Size(config, "hidden_size");
        var layers = config.Integer("num_hidden_layers", 1, LargestDepth) ?? throw config.Missing("num_hidden_layers");
        var heads = Size(config, "num_attention_heads");
        var keyValueHeads = family.GroupedQueries
            ? config.Integer("num_key_value_heads", 1, LargestWidth) ?? family.KeyValueHeads ?? heads
            : heads;
        if (heads % keyValueHeads != 0)
            throw config.Wrong("num_key_value_heads", $"a divisor of num_attention_heads, {heads}");
        var headDimension = ReadHeadDimension(config, family, hidden, heads);
        var rope = RopeReader.Read(config, family);
        var rotary = (int)(headDimension * rope.Fraction);
        if (rotary < 2 || rotary % 2 != 0)
            throw new ConcordException(
                $"{config.File}: {rotary} of {headDimension} dimensions of a head rotate; expected an even number "
                    + $"above 0. "
                    + "Correct head_dim, hidden_size or the rotary fraction."
            );
        var vocabulary = config.Integer("vocab_size", 1, LargestVocabulary) ?? throw config.Missing("vocab_size");
        var pad = config.TokenId("pad_token_id");
        if (pad >= vocabulary)
            throw config.Wrong("pad_token_id", $"an id below vocab_size, {vocabulary}");

        return family.Read(
            config,
            new BackboneConfig
            {
                Family = family,
                HiddenSize = hidden,
                Layers = layers,
                Heads = heads,
                KeyValueHeads = keyValueHeads,
                HeadDimension = headDimension,
                IntermediateSize = Size(config, "intermediate_size"),
                VocabularySize = vocabulary,
                NormEpsilon = config.Positive(family.EpsilonKey) ?? family.Epsilon,
                RopeTheta = rope.Theta,
                RopeScaling = rope.Scaling,
                RotaryFraction = rope.Fraction,
                TiedEmbeddings = config.Boolean("tie_word_embeddings") ?? false,
                Activation = ReadActivation(config) ?? family.Activation,
                MaxPositions = config.Integer("max_position_embeddings", 1, LargestContext) ?? family.MaxPositions,
                PadTokenId = pad,
                BosTokenId = config.TokenId("bos_token_id"),
                EosTokenId = config.TokenId("eos_token_id"),
                Dtype = ReadDtype(config),
            }
        );
    }

    private static int Size(ConfigDocument config, string key) =>
        config.Integer(key, 1, LargestWidth) ?? throw config.Missing(key);

    private static int ReadHeadDimension(ConfigDocument config, BackboneFamily family, int hidden, int heads)
    {
        var given = family.GroupedQueries ? config.Integer("head_dim", 1, LargestWidth) ?? family.HeadDimension : null;
        if (given is null && hidden % heads != 0)
            throw config.Wrong("hidden_size", $"a multiple of num_attention_heads, {heads}");
        return given ?? hidden / heads;
    }

    private static BackboneActivation? ReadActivation(ConfigDocument config) =>
        config.Text("hidden_act") switch
        {
            null => null,
            "silu" or "swish" => BackboneActivation.Silu,
            "gelu" or "gelu_python" => BackboneActivation.Gelu,
            "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" or "gelu_python_tanh" => BackboneActivation.GeluTanh,
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
