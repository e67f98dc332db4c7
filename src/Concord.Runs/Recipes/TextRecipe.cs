using Concord.Foundation;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>
/// How a comparison becomes token ids. What is left open is as the model's folder says, where it is a reward model of
/// Concord.
/// </summary>
public sealed record TextRecipe
{
    /// <summary>Rendering of messages by name: null for the folder's, else <c>hh</c>.</summary>
    public string? Rendering { get; init; }

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
                ["auto", "hh", "chat"],
                "How messages become text; empty: as the model's folder says, else hh; auto: by its chat template, "
                    + "where it has one."
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
