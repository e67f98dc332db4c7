using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>Which tensors a model of a given shape has in Hugging Face's files.</summary>
public static class BackboneLayout
{
    /// <summary>Name of the reward head, (1, H), without bias.</summary>
    public const string RewardHeadName = "score.weight";

    /// <summary>The tensors of the backbone: embedding, layers, final norm; no head.</summary>
    public static IReadOnlyList<TensorShape> Backbone(BackboneConfig config) =>
        config.Family == BackboneFamily.GptNeoX ? GptNeoX(config) : Llama(config);

    /// <summary>The output projection (V, H) of the language model, or null where it is the embedding.</summary>
    public static TensorShape? LanguageModelHead(BackboneConfig config) =>
        config.TiedEmbeddings
            ? null
            : new(LanguageModelHeadName(config.Family), [config.VocabularySize, config.HiddenSize]);

    /// <summary>The name of the output projection: <c>embed_out.weight</c> or <c>lm_head.weight</c>.</summary>
    public static string LanguageModelHeadName(BackboneFamily family) =>
        family == BackboneFamily.GptNeoX ? "embed_out.weight" : "lm_head.weight";

    /// <summary>The reward head, <see cref="RewardHeadName"/>.</summary>
    public static TensorShape RewardHead(BackboneConfig config) => new(RewardHeadName, [1, config.HiddenSize]);

    /// <summary>Number of parameters of the backbone.</summary>
    public static long ParameterCount(BackboneConfig config) => Backbone(config).Sum(tensor => tensor.Count);

    private static List<TensorShape> GptNeoX(BackboneConfig config)
    {
        long hidden = config.HiddenSize,
            inner = config.IntermediateSize;
        var tensors = new List<TensorShape> { new("gpt_neox.embed_in.weight", [config.VocabularySize, hidden]) };
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"gpt_neox.layers.{layer}.";
            Norm(prefix + "input_layernorm");
            Norm(prefix + "post_attention_layernorm");
            Linear(tensors, prefix + "attention.query_key_value", 3 * hidden, hidden, config.QueryKeyValueBias);
            Linear(tensors, prefix + "attention.dense", hidden, hidden, config.AttentionOutputBias);
            Linear(tensors, prefix + "mlp.dense_h_to_4h", inner, hidden, config.MlpBias);
            Linear(tensors, prefix + "mlp.dense_4h_to_h", hidden, inner, config.MlpBias);
        }
        Norm("gpt_neox.final_layer_norm");
        return tensors;

        void Norm(string name)
        {
            tensors.Add(new(name + ".weight", [hidden]));
            tensors.Add(new(name + ".bias", [hidden]));
        }
    }

    private static List<TensorShape> Llama(BackboneConfig config)
    {
        long hidden = config.HiddenSize,
            inner = config.IntermediateSize,
            head = config.HeadDimension;
        long queries = config.Heads * head,
            keys = config.KeyValueHeads * head;
        var tensors = new List<TensorShape> { new("model.embed_tokens.weight", [config.VocabularySize, hidden]) };
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            tensors.Add(new(prefix + "input_layernorm.weight", [hidden]));
            Linear(tensors, prefix + "self_attn.q_proj", queries, hidden, config.QueryKeyValueBias);
            Linear(tensors, prefix + "self_attn.k_proj", keys, hidden, config.QueryKeyValueBias);
            Linear(tensors, prefix + "self_attn.v_proj", keys, hidden, config.QueryKeyValueBias);
            Linear(tensors, prefix + "self_attn.o_proj", hidden, queries, config.AttentionOutputBias);
            if (config.QueryKeyNorm)
            {
                tensors.Add(new(prefix + "self_attn.q_norm.weight", [head]));
                tensors.Add(new(prefix + "self_attn.k_norm.weight", [head]));
            }
            tensors.Add(new(prefix + "post_attention_layernorm.weight", [hidden]));
            Linear(tensors, prefix + "mlp.gate_proj", inner, hidden, config.MlpBias);
            Linear(tensors, prefix + "mlp.up_proj", inner, hidden, config.MlpBias);
            Linear(tensors, prefix + "mlp.down_proj", hidden, inner, config.MlpBias);
        }
        tensors.Add(new("model.norm.weight", [hidden]));
        return tensors;
    }

    private static void Linear(List<TensorShape> tensors, string name, long rows, long columns, bool bias)
    {
        tensors.Add(new(name + ".weight", [rows, columns]));
        if (bias)
            tensors.Add(new(name + ".bias", [rows]));
    }
}
