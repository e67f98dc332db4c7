using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>
/// The keys of <c>config.json</c>: read, without effect on a hidden state, or refused where they say something; what is
/// none of these is named, since nobody here knows what it means.
/// </summary>
internal static class ConfigKeys
{
    /// <summary>What is read of the configs of all families; see <see cref="BackboneFamily.OwnKeys"/> for the rest.</summary>
    private static readonly string[] Read =
    [
        "model_type",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "vocab_size",
        "max_position_embeddings",
        "hidden_act",
        "rope_scaling",
        "rope_parameters",
        RopeReader.ThetaKey,
        RopeReader.FractionKey,
        "tie_word_embeddings",
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
        "dtype",
        "torch_dtype",
        "quantization_config",
    ];

    // Training, labels, generation, bookkeeping: transformers computes the same hidden states with any value of them.
    private static readonly string[] WithoutEffect =
    [
        "architectures",
        "transformers_version",
        "_name_or_path",
        "name_or_path",
        "initializer_range",
        "use_cache",
        "attention_dropout",
        "hidden_dropout",
        "resid_pdrop",
        "embd_pdrop",
        "classifier_dropout",
        "pretraining_tp",
        "num_labels",
        "id2label",
        "label2id",
        "problem_type",
        "finetuning_task",
        "task_specific_params",
        "is_decoder",
        "is_encoder_decoder",
        "is_llama_config",
        "output_attentions",
        "output_hidden_states",
        "return_dict",
        "torchscript",
        "tokenizer_class",
        "_attn_implementation",
        "_attn_implementation_autoset",
        "attn_implementation",
        "attention_probs_dropout_prob",
        "gradient_checkpointing",
        "use_bfloat16",
        "unk_token_id",
        "sep_token_id",
        "max_length",
        "do_sample",
        "temperature",
        "top_k",
        "top_p",
        "model_max_length",
        "max_sequence_length",
        "original_max_position_embeddings",
        "final_logit_softcapping",
        "logits_scaling",
        "logit_scale",
        "router_aux_loss_coef",
        "unsloth_version",
        "unsloth_fixed",
        "transformers.js_config",
    ];

    // Set, they make another model of one that has the same tensors.
    private static readonly string[] Refused =
    [
        "rope_interleaved",
        "attn_logit_softcapping",
        "attention_multiplier",
        "embedding_multiplier",
        "residual_multiplier",
        "query_pre_attn_scalar",
        "clip_qkv",
        "alibi",
        "use_bidirectional_attention",
        "num_experts",
        "num_local_experts",
        "n_routed_experts",
        "use_qk_norm",
        "qk_layernorm",
        "no_rope_layers",
    ];

    /// <summary>Refuses what is set and computed otherwise here.</summary>
    /// <exception cref="ConcordException">A key says so; the message names it.</exception>
    public static void Check(ConfigDocument config)
    {
        foreach (var key in Refused)
            // a factor of one changes nothing
            if (config.SaysSomething(key) && !config.IsOne(key))
                throw config.Wrong(key, "no such key, or a value that asks for nothing: it is not computed here");
        if (config.Has("is_causal") && config.Boolean("is_causal") is false)
            throw config.Wrong("is_causal", "true: every token sees those before it only");
    }

    /// <summary>The keys that say something and that nothing here reads.</summary>
    public static IReadOnlyList<string> Unknown(ConfigDocument config, BackboneFamily family) =>
        [
            .. config
                .Keys.Where(config.SaysSomething)
                .Except(Read, StringComparer.Ordinal)
                .Except(WithoutEffect, StringComparer.Ordinal)
                .Except(Refused, StringComparer.Ordinal)
                .Except(
                    [
                        "is_causal",
                        family.EpsilonKey,
                        family.RopeThetaKey,
                        family.RotaryFractionKey,
                        .. family.OwnKeys,
                        .. family.GroupedQueries ? (string[])["num_key_value_heads", "head_dim"] : [],
                    ],
                    StringComparer.Ordinal
                ),
        ];
}
