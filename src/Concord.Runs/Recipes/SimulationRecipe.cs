using Concord.Foundation;
using Concord.Preferences.Simulation;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>The keys of a simulated population.</summary>
internal static class SimulationRecipe
{
    /// <summary>Goes through the keys.</summary>
    public static SimulationSettings Map(IRecipeFields fields, SimulationSettings value) =>
        value with
        {
            Sources = fields.Items(
                "sources",
                value.Sources,
                new SimulatedSource { Name = "" },
                Map,
                "The groups of annotators."
            ),
            HeldOut = fields.Integer(
                "held_out",
                value.HeldOut,
                0,
                1_000_000,
                "Comparisons of each group to evaluate on."
            ),
            Seed = fields.Integer("seed", value.Seed, 0, int.MaxValue, "Decides tastes, texts and labels."),
        };

    private static SimulatedSource Map(IRecipeFields fields, SimulatedSource value) =>
        value with
        {
            Name = fields.Text("name", value.Name, "Name of the group."),
            Size = fields.Integer("size", value.Size, 1, 10_000_000, "Comparisons to train on."),
            Drift = fields.Number(
                "drift",
                value.Drift,
                new SettingRange(0, 1000),
                "How far its taste goes its own way; at 1 as strong as what all share."
            ),
            Noise = fields.Number(
                "noise",
                value.Noise,
                new SettingRange(.001, 1000),
                "How noisy its labels are: utilities are divided by it."
            ),
        };
}
