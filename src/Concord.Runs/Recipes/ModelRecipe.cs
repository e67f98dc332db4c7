using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>Where the model comes from: a folder, or a shape to start from at random.</summary>
public sealed record ModelRecipe
{
    /// <summary>A Hugging Face folder: a language model, or a reward model to go on with.</summary>
    public string? Folder { get; init; }

    /// <summary>Pooling by name; null for what the folder's own settings say, else <c>last</c>.</summary>
    public string? Pooling { get; init; }

    /// <summary>The type the weights are held in, by name; training keeps fp32 masters of what it changes.</summary>
    public string Weights { get; init; } = "fp32";

    /// <summary>A shape to start from at random, instead of a folder.</summary>
    public ModelShape? Init { get; init; }

    /// <summary>
    /// Whether LoRA adapters are added to the weights when the model is saved, instead of being saved as a folder of
    /// their own.
    /// </summary>
    public bool Merged { get; init; }

    /// <summary>Goes through the keys that a program knows of a model it has opened.</summary>
    internal static ModelRecipe MapKnown(IRecipeFields fields, ModelRecipe value)
    {
        fields.OptionalText("folder", value.Folder, "");
        fields.OptionalText("pooling", value.Pooling, "");
        fields.Flag("merged", value.Merged, "");
        return value;
    }

    /// <summary>Goes through the keys.</summary>
    internal static ModelRecipe Map(IRecipeFields fields, ModelRecipe value) =>
        value with
        {
            Folder = fields.OptionalText(
                "folder",
                value.Folder,
                "Hugging Face folder of the model; `model: DIR` says the same."
            ),
            Pooling = fields.OptionalChoice(
                "pooling",
                value.Pooling,
                ["last", "eos", "mean", "max"],
                "The pooled position, whose hidden state the reward is read from; empty: what the folder says, else last."
            ),
            Weights = fields.Choice(
                "weights",
                value.Weights,
                [("fp32", "fp32"), ("bf16", "bf16")],
                "Type the weights are held in; bf16 halves their memory, and what is trained has fp32 masters."
            ),
            Merged = fields.Flag(
                "merged",
                value.Merged,
                "In the mode lora: save whole weights with the adapters added, instead of an adapter folder beside "
                    + "the base."
            ),
            Init = fields.OptionalSection(
                "init",
                value.Init,
                new ModelShape(),
                ModelShape.Map,
                "A transformer to start from at random, instead of a folder."
            ),
        };
}
