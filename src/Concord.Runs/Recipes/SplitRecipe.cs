using Concord.Preferences.Sampling;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>The keys of a split.</summary>
internal static class SplitRecipe
{
    /// <summary>Goes through the keys.</summary>
    public static PromptSplit Map(IRecipeFields fields, PromptSplit value) =>
        value with
        {
            HeldOut = fields.Number(value, value.HeldOut),
            Validation = fields.Number(value, value.Validation),
            HeldOutLimit = fields.OptionalInteger(value, value.HeldOutLimit),
            Seed = fields.Integer(value, value.Seed),
        };
}
