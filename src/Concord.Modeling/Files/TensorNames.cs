namespace Concord.Modeling.Files;

/// <summary>Names of tensors without what wrappers around a model put into them when it was saved.</summary>
/// <remarks>
/// A wrapper adds the name of its own attribute and changes no weight: <c>module.</c> (DataParallel, DeepSpeed),
/// <c>_orig_mod.</c> (torch.compile), <c>_fsdp_wrapped_module.</c>, <c>_checkpoint_wrapped_module.</c>,
/// <c>_forward_module.</c> (Lightning), <c>pretrained_model.</c> (TRL's value heads), <c>base_model.model.</c>,
/// <c>modules_to_save.default.</c> and the adapter's name (PEFT).
/// </remarks>
internal static class TensorNames
{
    // Taken off wherever they stand: torch.compile and FSDP wrap layers within a model too.
    private static readonly string[] Anywhere =
    [
        "_orig_mod.",
        "_fsdp_wrapped_module.",
        "_checkpoint_wrapped_module.",
        "modules_to_save.default.",
    ];

    private static readonly string[] Leading =
    [
        "base_model.model.",
        "module.",
        "pretrained_model.",
        "_forward_module.",
    ];

    private static readonly (string From, string To)[] Adapters =
    [
        (".lora_A.default.weight", ".lora_A.weight"),
        (".lora_B.default.weight", ".lora_B.weight"),
    ];

    /// <summary>The name without wrappers.</summary>
    /// <param name="name">The name in the file.</param>
    /// <param name="taken">Is given what was taken off.</param>
    public static string Bare(string name, ISet<string> taken)
    {
        for (var before = ""; before != name; )
        {
            before = name;
            foreach (var part in Leading)
                if (name.StartsWith(part, StringComparison.Ordinal))
                {
                    name = name[part.Length..];
                    taken.Add(part);
                }
            foreach (var part in Anywhere)
            {
                var at = name.StartsWith(part, StringComparison.Ordinal)
                    ? 0
                    : name.IndexOf("." + part, StringComparison.Ordinal) + 1;
                if (at == 0 && !name.StartsWith(part, StringComparison.Ordinal))
                    continue;
                name = name.Remove(at, part.Length);
                taken.Add(part);
            }
        }
        foreach (var (from, to) in Adapters)
            if (name.EndsWith(from, StringComparison.Ordinal))
            {
                name = name[..^from.Length] + to;
                taken.Add("default.");
            }
        return name;
    }
}
