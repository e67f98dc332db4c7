using Concord.Modeling.Backbones;
using Concord.Modeling.Files.Gguf;
using TorchSharp;

namespace Concord.Modeling.Folders;

/// <summary>What GGUF metadata say in the terms of <see cref="BackboneConfig"/>.</summary>
internal static class GgufConfig
{
    /// <summary>
    /// Factors by which long rotary wavelengths were divided, one for each pair of dimensions (Llama 3).
    /// </summary>
    public const string RopeFactorsName = "rope_freqs.weight";

    // Read below or by a family, or without effect on what is computed.
    private static readonly string[] KnownKeys =
    [
        "context_length",
        "embedding_length",
        "block_count",
        "feed_forward_length",
        "vocab_size",
        "tensor_data_layout",
        "expert_count",
        "expert_used_count",
        "attention.head_count",
        "attention.head_count_kv",
        "attention.key_length",
        "attention.value_length",
        "attention.layer_norm_rms_epsilon",
        "attention.sliding_window",
        "attention.causal",
        "rope.dimension_count",
        "rope.freq_base",
        "rope.scale_linear",
        "rope.scaling.type",
        "rope.scaling.factor",
        "rope.scaling.original_context_length",
        "rope.scaling.finetuned",
    ];

    // Set, they change every hidden state; each stands for what is computed here where absent.
    private static readonly string[] RefusedKeys =
    [
        "logit_scale",
        "embedding_scale",
        "residual_scale",
        "attention.scale",
        "attention.clamp_kqv",
        "attention.logit_softcapping",
        "attn_logit_softcapping",
        "final_logit_softcapping",
        "pooling_type",
    ];

    private const int LargestHeads = 1 << 16,
        LargestWidth = 1 << 20;

    /// <summary>The family of a file.</summary>
    /// <exception cref="ConcordException">It is of another architecture, or no whole model.</exception>
    public static (BackboneFamily Family, GgufNames Names) Family(GgufHeader header)
    {
        var metadata = new GgufMetadata(header);
        var architecture = metadata.Text("general.architecture");
        var family = BackboneFamilies.All.FirstOrDefault(one =>
            architecture is not null && one.Gguf?.Architecture == architecture
        );
        if (family?.Gguf is not { } names)
        {
            string[] known = [.. BackboneFamilies.GgufArchitectures.Select(name => $"\"{name}\"")];
            throw new ConcordException(
                $"{header.File}: its architecture is {(architecture is null ? "not named" : $"\"{architecture}\"")}; "
                    + $"{string.Join(", ", known)} {(known.Length == 1 ? "is" : "are")} read. Take the model's Hugging "
                    + $"Face folder instead."
            );
        }
        if (metadata.Text("general.type") is { } kind and not "model")
            throw metadata.Wrong("general.type", $"\"model\", not {kind}");
        if (metadata.OptionalInteger("split.count", 0, int.MaxValue) is > 1)
            throw metadata.Wrong("split.count", "a file that is whole: merge the parts with llama-gguf-split first");
        var experts = $"{architecture}.expert_count";
        if (metadata.OptionalInteger(experts, 0, int.MaxValue) is > 0)
            throw metadata.Wrong(experts, "a model without experts");
        if (RefusedKeys.Select(key => $"{architecture}.{key}").FirstOrDefault(metadata.Has) is { } refused)
            throw metadata.Wrong(refused, "no such key: what it asks for is not computed here");
        if (metadata.IsFalse($"{architecture}.attention.causal"))
            throw metadata.Wrong($"{architecture}.attention.causal", "true: every token sees those before it only");
        foreach (var (name, meaning) in names.Refused)
            if (header.Contains(name))
                throw new ConcordException(
                    $"{header.File} holds tensor \"{name}\": {meaning}, which is not computed here. Take a model "
                        + $"without."
                );
        return (family, names);
    }

    /// <summary>Keys of the architecture that nothing here reads, and that may say how it computes.</summary>
    public static IEnumerable<string> UnknownKeys(GgufHeader header, GgufNames names) =>
        header
            .Metadata.Keys.Where(key => key.StartsWith(names.Architecture + ".", StringComparison.Ordinal))
            .Where(key => !KnownKeys.Contains(key[(names.Architecture.Length + 1)..]))
            .Order(StringComparer.Ordinal);

    /// <summary>The shape of the model.</summary>
    /// <param name="header">The header.</param>
    /// <param name="tied">Whether the output projection is the embedding.</param>
    /// <param name="ropeFactors">The values of <see cref="RopeFactorsName"/>, or null.</param>
    /// <param name="dtype">The type the weights will be written in.</param>
    /// <exception cref="ConcordException">The architecture is another, or the metadata do not fit.</exception>
    public static BackboneConfig Read(GgufHeader header, bool tied, float[]? ropeFactors, torch.ScalarType dtype)
    {
        var (family, names) = Family(header);
        var metadata = new GgufMetadata(header);
        string headsKey = Key("attention.head_count"),
            keyValueHeadsKey = Key("attention.head_count_kv"),
            hiddenKey = Key("embedding_length"),
            headKey = Key("attention.key_length"),
            epsilonKey = Key("attention.layer_norm_rms_epsilon");
        var heads = metadata.Integer(headsKey, 1, LargestHeads);
        var keyValueHeads = metadata.IntegerOr(keyValueHeadsKey, 1, LargestHeads, heads);
        var hidden = metadata.Integer(hiddenKey, 1, LargestWidth);
        if (heads % keyValueHeads != 0)
            throw metadata.Wrong(keyValueHeadsKey, $"a divisor of {headsKey}, {heads}");
        if (!metadata.Has(headKey) && hidden % heads != 0)
            throw metadata.Wrong(hiddenKey, $"a multiple of {headsKey}, {heads}");
        var head = metadata.IntegerOr(headKey, 2, LargestHeads, hidden / heads);
        var rotary = metadata.IntegerOr(Key("rope.dimension_count"), 1, LargestHeads, head);
        if (metadata.IntegerOr(Key("attention.value_length"), 1, LargestHeads, head) != head)
            throw metadata.Wrong(Key("attention.value_length"), $"{head}, the width of a head");
        if (family.PartialRotary ? rotary > head || rotary % 2 != 0 : rotary != head)
            throw metadata.Wrong(
                Key("rope.dimension_count"),
                family.PartialRotary ? $"an even number, at most {head}" : $"{head}, the width of a head"
            );
        if (head % 2 != 0)
            throw metadata.Wrong(headsKey, "an even width of a head");
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
        var theta = metadata.Positive(Key("rope.freq_base")) ?? RopeReader.Theta;

        return names.Read(
            header,
            metadata,
            new BackboneConfig
            {
                Family = family,
                HiddenSize = hidden,
                Layers = metadata.Integer(Key("block_count"), 1, 1 << 14),
                Heads = heads,
                KeyValueHeads = keyValueHeads,
                HeadDimension = head,
                IntermediateSize = metadata.Integer(Key("feed_forward_length"), 1, LargestWidth),
                VocabularySize = vocabulary,
                NormEpsilon = metadata.Positive(epsilonKey) ?? throw metadata.Wrong(epsilonKey, "a number above 0"),
                RopeTheta = theta,
                RopeScaling = Scaling(metadata, names.Architecture, rotary, theta, ropeFactors),
                RotaryFraction = (double)rotary / head,
                TiedEmbeddings = tied,
                Activation = BackboneActivation.Silu,
                MaxPositions = metadata.Integer(Key("context_length"), 1, 1 << 30),
                PadTokenId = metadata.OptionalInteger("tokenizer.ggml.padding_token_id", 0, vocabulary - 1),
                BosTokenId = metadata.OptionalInteger("tokenizer.ggml.bos_token_id", 0, vocabulary - 1),
                EosTokenId = metadata.OptionalInteger("tokenizer.ggml.eos_token_id", 0, vocabulary - 1),
                Dtype = dtype,
            }
        );

        string Key(string name) => $"{names.Architecture}.{name}";
    }

    private static RopeScaling? Scaling(
        GgufMetadata metadata,
        string architecture,
        int rotary,
        double theta,
        float[]? factors
    )
    {
        var typeKey = $"{architecture}.rope.scaling.type";
        var type = metadata.Text(typeKey);
        if (type is not (null or "none" or "linear"))
            throw metadata.Wrong(typeKey, "\"none\" or \"linear\"");
        if (factors is not null)
            return Llama3(factors, rotary, theta)
                ?? throw new ConcordException(
                    $"{metadata.File}: tensor \"{RopeFactorsName}\" holds other factors than Llama 3's (factor up "
                        + $"to 64, frequencies 1 and "
                        + "4, context 8192). Take the model's Hugging Face folder instead."
                );
        var factor =
            metadata.Positive($"{architecture}.rope.scale_linear")
            ?? (type == "linear" ? metadata.Positive($"{architecture}.rope.scaling.factor") ?? 1 : 1);
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
