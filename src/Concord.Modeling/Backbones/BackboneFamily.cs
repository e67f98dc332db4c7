namespace Concord.Modeling.Backbones;

/// <summary>
/// The families of language models that can be read, named by <c>model_type</c> in <c>config.json</c>.
/// </summary>
public enum BackboneFamily
{
    /// <summary>GPT-NeoX: all Pythia sizes (<c>gpt_neox</c>).</summary>
    GptNeoX,

    /// <summary>LLaMA 1, 2 and 3, Alpaca, SmolLM (<c>llama</c>).</summary>
    Llama,

    /// <summary>Mistral (<c>mistral</c>).</summary>
    Mistral,

    /// <summary>Qwen 2 and 2.5 (<c>qwen2</c>).</summary>
    Qwen2,

    /// <summary>Qwen 3 (<c>qwen3</c>).</summary>
    Qwen3,
}
