using Concord.Modeling.Files.Gguf;

namespace Concord.Modeling.Backbones;

/// <summary>What llama.cpp calls a family and its tensors, and what its metadata mean.</summary>
/// <param name="Architecture">The value of <c>general.architecture</c>, and the beginning of its keys.</param>
/// <param name="Modules">
/// Hugging Face's name and GGUF's of every module: those of a layer after <c>model.layers.N.</c> and <c>blk.N.</c>, the
/// others whole.
/// </param>
internal sealed record GgufNames(string Architecture, IReadOnlyList<(string HuggingFace, string Gguf)> Modules)
{
    /// <summary>The names of LLaMA's modules, which most families share.</summary>
    public static readonly IReadOnlyList<(string HuggingFace, string Gguf)> OfLlama =
    [
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
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

    /// <summary>
    /// Modules of a layer whose rows are stored as the pairs that rotate together; Hugging Face has the first of all
    /// pairs of a head, then the second.
    /// </summary>
    public IReadOnlyList<string> PairedModules { get; init; } = [];

    /// <summary>Tensors that stand for something that is not computed here, and what that is.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Refused { get; init; } = [];

    /// <summary>Completes a shape by metadata and tensors of the family's own.</summary>
    public Func<GgufHeader, GgufMetadata, BackboneConfig, BackboneConfig> Read { get; init; } = (_, _, shape) => shape;

    /// <summary>The GGUF name of a Hugging Face tensor.</summary>
    public string Name(string huggingFace)
    {
        var (layer, module, kind) = Parts(huggingFace);
        var name = Modules.First(pair => pair.HuggingFace == module).Gguf;
        return layer is null ? $"{name}.{kind}" : $"blk.{layer}.{name}.{kind}";
    }

    /// <summary>Whether the rows of a Hugging Face tensor change places.</summary>
    public bool IsPaired(string huggingFace) => PairedModules.Contains(Parts(huggingFace).Module);

    // model.layers.N.MODULE.weight, or MODULE.weight
    private static (string? Layer, string Module, string Kind) Parts(string huggingFace)
    {
        const string layers = ".layers.";
        var end = huggingFace.LastIndexOf('.');
        var kind = huggingFace[(end + 1)..];
        var at = huggingFace.IndexOf(layers, StringComparison.Ordinal);
        if (at < 0)
            return (null, huggingFace[..end], kind);
        var number = at + layers.Length;
        var dot = huggingFace.IndexOf('.', number);
        return (huggingFace[number..dot], huggingFace[(dot + 1)..end], kind);
    }
}
