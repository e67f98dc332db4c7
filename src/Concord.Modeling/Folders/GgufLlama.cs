using Concord.Modeling.Backbones;
using Concord.Modeling.Files.Gguf;
using TorchSharp;

namespace Concord.Modeling.Folders;

/// <summary>
/// What GGUF metadata of architecture <c>llama</c> say in the terms of <see cref="BackboneConfig"/>, and what its
/// tensors are called there.
/// </summary>
internal static class GgufLlama
{
    /// <summary>
    /// Factors by which long rotary wavelengths were divided, one for each pair of dimensions (Llama 3).
    /// </summary>
    public const string RopeFactorsName = "rope_freqs.weight";

    private const string Architecture = "llama";

    private static readonly (string HuggingFace, string Gguf)[] LayerNames =
    [
        ("input_layernorm", "attn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("post_attention_layernorm", "ffn_norm"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];

    /// <summary>The shape of the model.</summary>
    /// <param name="header">The header.</param>
    /// <param name="tied">Whether the output projection is the embedding.</param>
    /// <param name="ropeFactors">The values of <see cref="RopeFactorsName"/>, or null.</param>
    /// <param name="dtype">The type the weights will be written in.</param>
    /// <exception cref="ConcordException">The architecture is another, or the metadata do not fit.</exception>
    public static BackboneConfig Config(GgufHeader header, bool tied, float[]? ropeFactors, torch.ScalarType dtype)
    {
        var metadata = new GgufMetadata(header);
        CheckKind(header, metadata);
        var heads = metadata.Integer("llama.attention.head_count", 1, 1 << 16);
        var keyValueHeads = metadata.IntegerOr("llama.attention.head_count_kv", 1, 1 << 16, heads);
        var hidden = metadata.Integer("llama.embedding_length", 1, 1 << 20);
        if (heads % keyValueHeads != 0)
            throw metadata.Wrong("llama.attention.head_count_kv", $"a divisor of llama.attention.head_count, {heads}");
        if (!metadata.Has("llama.attention.key_length") && hidden % heads != 0)
            throw metadata.Wrong("llama.embedding_length", $"a multiple of llama.attention.head_count, {heads}");
        var head = metadata.IntegerOr("llama.attention.key_length", 2, 1 << 16, hidden / heads);
        foreach (var key in (string[])["llama.attention.value_length", "llama.rope.dimension_count"])
            if (metadata.IntegerOr(key, 1, 1 << 16, head) != head)
                throw metadata.Wrong(key, $"{head}, the width of a head");
        if (head % 2 != 0)
            throw metadata.Wrong("llama.attention.head_count", "an even width of a head");
        var embedding =
            header.Tensors.FirstOrDefault(tensor => tensor.Name == "token_embd.weight")
            ?? throw new ConcordException($"{header.File} has no tensor \"token_embd.weight\". Take a complete model.");
        if (embedding.Shape.Length != 2 || embedding.Shape[0] > 1 << 24)
            throw new ConcordException(
                $"{header.File}: tensor \"token_embd.weight\" has shape [{string.Join(", ", embedding.Shape)}]; "
                    + $"expected [vocabulary, {hidden}]."
            );
        var vocabulary = (int)embedding.Shape[0];
        if (metadata.Length("tokenizer.ggml.tokens") is { } tokens && tokens > vocabulary)
            throw new ConcordException(
                $"{header.File} lists {tokens} tokens, but its embedding has only {vocabulary} rows. Take a "
                    + $"complete model."
            );

        return new BackboneConfig
        {
            Family = BackboneFamily.Llama,
            HiddenSize = hidden,
            Layers = metadata.Integer("llama.block_count", 1, 1 << 14),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDimension = head,
            IntermediateSize = metadata.Integer("llama.feed_forward_length", 1, 1 << 20),
            VocabularySize = vocabulary,
            NormEpsilon =
                metadata.Positive("llama.attention.layer_norm_rms_epsilon")
                ?? throw metadata.Wrong("llama.attention.layer_norm_rms_epsilon", "a number above 0"),
            RopeTheta = metadata.Positive("llama.rope.freq_base") ?? FamilyDefaults.RopeTheta,
            RopeScaling = Scaling(metadata, head, ropeFactors),
            QueryKeyValueBias = HasBias("attn_q"),
            AttentionOutputBias = HasBias("attn_q"),
            MlpBias = HasBias("ffn_gate"),
            TiedEmbeddings = tied,
            Activation = BackboneActivation.Silu,
            MaxPositions = metadata.Integer("llama.context_length", 1, 1 << 30),
            PadTokenId = metadata.OptionalInteger("tokenizer.ggml.padding_token_id", 0, vocabulary - 1),
            BosTokenId = metadata.OptionalInteger("tokenizer.ggml.bos_token_id", 0, vocabulary - 1),
            EosTokenId = metadata.OptionalInteger("tokenizer.ggml.eos_token_id", 0, vocabulary - 1),
            Dtype = dtype,
        };

        bool HasBias(string part) => header.Tensors.Any(tensor => tensor.Name == $"blk.0.{part}.bias");
    }

    /// <summary>The GGUF name of a Hugging Face tensor.</summary>
    public static string Name(string huggingFace)
    {
        switch (huggingFace)
        {
            case "model.embed_tokens.weight":
                return "token_embd.weight";
            case "model.norm.weight":
                return "output_norm.weight";
            case "lm_head.weight":
                return "output.weight";
        }
        var parts = huggingFace.Split('.'); // model.layers.N.PART.weight
        var part = string.Join('.', parts[3..^1]);
        return $"blk.{parts[2]}.{LayerNames.First(pair => pair.HuggingFace == part).Gguf}.{parts[^1]}";
    }

    private static void CheckKind(GgufHeader header, GgufMetadata metadata)
    {
        var architecture = metadata.Text("general.architecture");
        if (architecture != Architecture)
            throw new ConcordException(
                $"{header.File}: its architecture is {(architecture is null ? "not named" : $"\"{architecture}\"")}; "
                    + $"\"{Architecture}\" is read. Take the model's Hugging Face folder instead."
            );
        if (metadata.Text("general.type") is { } kind and not "model")
            throw metadata.Wrong("general.type", $"\"model\", not {kind}");
        if (metadata.OptionalInteger("split.count", 0, int.MaxValue) is > 1)
            throw metadata.Wrong("split.count", "a file that is whole: merge the parts with llama-gguf-split first");
        if (metadata.OptionalInteger("llama.expert_count", 0, int.MaxValue) is > 0)
            throw metadata.Wrong("llama.expert_count", "a model without experts");
    }

    private static RopeScaling? Scaling(GgufMetadata metadata, int head, float[]? factors)
    {
        const string typeKey = "llama.rope.scaling.type";
        var type = metadata.Text(typeKey);
        if (type is not (null or "none" or "linear"))
            throw metadata.Wrong(typeKey, "\"none\" or \"linear\"");
        if (factors is not null)
            return Llama3(factors, head, metadata.Positive("llama.rope.freq_base") ?? FamilyDefaults.RopeTheta)
                ?? throw new ConcordException(
                    $"{metadata.File}: tensor \"{RopeFactorsName}\" holds other factors than Llama 3's (factor up "
                        + $"to 64, frequencies 1 and "
                        + "4, context 8192). Take the model's Hugging Face folder instead."
                );
        var factor =
            metadata.Positive("llama.rope.scale_linear")
            ?? (type == "linear" ? metadata.Positive("llama.rope.scaling.factor") ?? 1 : 1);
        return factor == 1 ? null : new RopeScaling(RopeScalingKind.Linear, factor);
    }

    /// <summary>
    /// The rule a table of factors was made by. The table is all a GGUF file keeps of it; every published Llama 3 uses
    /// the same three other numbers.
    /// </summary>
    internal static RopeScaling? Llama3(float[] factors, int head, double theta)
    {
        if (factors.Length != head / 2)
            return null;
        var rule = new RopeScaling(RopeScalingKind.Llama3, Math.Round(factors.Max(), 3), 1, 4, 8192);
        if (rule.Factor < 1)
            return null;
        for (var i = 0; i < factors.Length; i++)
        {
            // original context / wavelength
            var turns = rule.OriginalMaxPositions * Math.Pow(theta, -2.0 * i / head) / (2 * Math.PI);
            var smooth = Math.Clamp(
                (turns - rule.LowFrequencyFactor) / (rule.HighFrequencyFactor - rule.LowFrequencyFactor),
                0,
                1
            );
            var expected = 1 / ((1 - smooth) / rule.Factor + smooth);
            if (Math.Abs(factors[i] - expected) > 1e-3 * expected)
                return null;
        }
        return rule;
    }
}
