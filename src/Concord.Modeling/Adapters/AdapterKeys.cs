using Concord.Modeling.Files;

namespace Concord.Modeling.Adapters;

/// <summary>
/// Every key of <c>adapter_config.json</c> as peft 0.21 writes it: read, without effect on rewards, or refused by name
/// where it is set. A key that is none of these is refused where it says anything, else named.
/// </summary>
internal static class AdapterKeys
{
    /// <summary>What <see cref="AdapterConfigFile"/> and <see cref="AdapterModules"/> read.</summary>
    private static readonly string[] Read =
    [
        "peft_type",
        "base_model_name_or_path",
        "revision",
        "r",
        "lora_alpha",
        "use_rslora",
        "rank_pattern",
        "alpha_pattern",
        "target_modules",
        "exclude_modules",
        "layers_to_transform",
        "layers_pattern",
        "modules_to_save",
        "bias",
        "init_lora_weights",
    ];

    // They say how an adapter was trained or saved; peft computes the same with any value of them. For fan_in_fan_out:
    // the layers of all families here are nn.Linear, for which peft sets it to false.
    private static readonly string[] WithoutEffect =
    [
        "task_type",
        "auto_mapping",
        "peft_version",
        "inference_mode",
        "lora_dropout",
        "fan_in_fan_out",
        "megatron_core",
        "qalora_group_size",
        "ensure_weight_tying",
        "runtime_config",
        "loftq_config",
        "eva_config",
        "corda_config",
        "lora_ga_config",
        "velora_config",
    ];

    private static readonly (string Key, string Meaning)[] Refused =
    [
        ("use_dora", "DoRA, magnitudes of rows apart from their directions"),
        ("lora_bias", "a bias within each adapter"),
        ("layer_replication", "layers repeated in the base model"),
        ("target_parameters", "adapters on single parameters"),
        ("trainable_token_indices", "embeddings of single tokens that were trained"),
        ("alora_invocation_tokens", "adapters that begin at certain tokens (aLoRA)"),
        ("arrow_config", "adapters chosen by token (Arrow)"),
        ("use_bdlora", "block-diagonal adapters (BD-LoRA)"),
        ("use_qalora", "adapters of grouped inputs (QALoRA)"),
        ("kasa_config", "singular values within each adapter (KaSA)"),
        ("monteclora_config", "sampled adapters (MonteCLoRA)"),
        ("megatron_config", "layers of Megatron"),
    ];

    /// <summary>Refuses what is set and not computed here.</summary>
    /// <param name="config">The file.</param>
    /// <returns>A sentence about keys that nobody here knows and that say nothing; null where there is none.</returns>
    /// <exception cref="ConcordException">A key is set that changes what the adapter computes.</exception>
    public static string? Check(ConfigDocument config)
    {
        foreach (var (key, meaning) in Refused)
            if (config.SaysSomething(key))
                throw config.Wrong(key, $"it unset: it asks for {meaning}, which is not computed here. {Merge}");
        string[] unknown =
        [
            .. config
                .Keys.Except(Read, StringComparer.Ordinal)
                .Except(WithoutEffect, StringComparer.Ordinal)
                .Except(Refused.Select(refused => refused.Key), StringComparer.Ordinal),
        ];
        if (Array.Find(unknown, config.SaysSomething) is { } said)
            throw config.Wrong(
                said,
                $"no such key: nothing here knows it, and it may change what the adapter computes. Remove it where it does "
                    + $"not; else: {char.ToLowerInvariant(Merge[0])}{Merge[1..]}"
            );
        return unknown.Length == 0
            ? null
            : $"{config.File}: unknown keys that say nothing are left aside: {string.Join(", ", unknown)}.";
    }

    /// <summary>The way on with an adapter that is not computed here.</summary>
    public const string Merge =
        "Add the adapter to its base where it was made (merge_and_unload in peft) and save the whole model";
}
