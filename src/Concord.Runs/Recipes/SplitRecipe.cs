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

    /// <summary>Goes through the keys, those of files held out whole among them.</summary>
    public static (PromptSplit Split, IReadOnlyList<PreferenceSource> Files) MapWithFiles(
        IRecipeFields fields,
        (PromptSplit Split, IReadOnlyList<PreferenceSource> Files) value
    ) =>
        (
            Map(fields, value.Split),
            fields.Items(
                "held_out_files",
                value.Files,
                new PreferenceSource { Files = [] },
                SourceRecipe.MapHeldOut,
                "Files that are held out whole, beside the share above, each as under `sources` or by its name alone."
            )
        );
}
