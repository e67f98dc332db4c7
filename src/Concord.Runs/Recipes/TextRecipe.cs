using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>
/// How a comparison becomes token ids. What is left open is as the model's folder says, where it is a reward model of
/// Concord.
/// </summary>
public sealed record TextRecipe
{
    /// <summary>
    /// Rendering of messages by name; null for the folder's, else by its chat template, else <c>hh</c>.
    /// </summary>
    public string? Rendering { get; init; }

    /// <summary>
    /// What becomes of whole texts that are dialogues, by name; null for the folder's, else <c>keep</c>.
    /// </summary>
    public string? Dialogues { get; init; }

    /// <summary>Truncation policy by name; null for the folder's, else <c>shared-left</c>.</summary>
    public string? Truncation { get; init; }

    /// <summary>Longest text in tokens; null for the folder's, else the model's positions.</summary>
    [Setting("Longest text in tokens; empty: as the model's folder says, else its positions.", Least = 3)]
    public int? MaximumLength { get; init; }

    /// <summary>Goes through the keys.</summary>
    internal static TextRecipe Map(IRecipeFields fields, TextRecipe value) =>
        value with
        {
            Rendering = fields.OptionalChoice(
                "rendering",
                value.Rendering,
                EncodingNames.RenderingNames,
                "How messages become text; empty: as the model's concord.json says, else by its chat template, where "
                    + "it has one, else hh; auto: likewise, whatever concord.json says."
            ),
            Dialogues = fields.OptionalChoice(
                "dialogues",
                value.Dialogues,
                EncodingNames.DialogueNames,
                "Whole texts that are dialogues (Human: .. Assistant: ..): kept as they are, or parsed and rendered "
                    + "like messages; empty: as the model's folder says, else keep."
            ),
            Truncation = fields.OptionalChoice(
                "truncation",
                value.Truncation,
                ["shared-left", "left", "right", "drop", "error"],
                "What becomes of texts that are too long; empty: as the model's folder says, else shared-left."
            ),
            MaximumLength = fields.OptionalInteger(value, value.MaximumLength),
        };
}
