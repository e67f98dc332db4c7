using Concord.Foundation;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>
/// What is trained on and what is evaluated on. A prompt is on one side only, in whatever sources it occurs.
/// </summary>
public sealed record SplitRecipe
{
    /// <summary>The share of prompts that is evaluated on and never trained on.</summary>
    public double HeldOut { get; init; } = .1;

    /// <summary>
    /// Decides which; apart from the recipe's seed, so that runs of several seeds are evaluated on the same
    /// comparisons.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The share of each source's training prompts that chooses the step, the early stop and the temperatures instead
    /// of being trained on: at most 500 comparisons a source, none of a source that would have fewer than 20, and none
    /// at all where nothing is chosen.
    /// </summary>
    public double Validation { get; init; } = .1;

    /// <summary>Most comparisons evaluated on of each source; null for all that are held out.</summary>
    public int? Limit { get; init; }

    /// <summary>Goes through the keys.</summary>
    internal static SplitRecipe Map(IRecipeFields fields, SplitRecipe value) =>
        value with
        {
            HeldOut = fields.Number(
                "held_out",
                value.HeldOut,
                new SettingRange(0, 1, MostIncluded: false),
                "Share of the prompts that is evaluated on and never trained on."
            ),
            Validation = fields.Number(
                "validation",
                value.Validation,
                new SettingRange(0, 1, MostIncluded: false),
                "Share of the training prompts that chooses the step, the early stop and the temperatures; at most 500 "
                    + "comparisons a source, none of a source with fewer than 20 or where nothing is chosen."
            ),
            Limit = fields.OptionalInteger(
                "limit",
                value.Limit,
                1,
                int.MaxValue,
                "Most comparisons evaluated on of each source; empty: all that are held out."
            ),
            Seed = fields.Integer("seed", value.Seed, 0, int.MaxValue, "Decides which prompts."),
        };
}
