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
