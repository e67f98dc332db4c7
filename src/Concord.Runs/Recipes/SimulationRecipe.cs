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
            HeldOut = fields.Integer(value, value.HeldOut),
            Seed = fields.Integer(value, value.Seed),
        };

    private static SimulatedSource Map(IRecipeFields fields, SimulatedSource value) =>
        value with
        {
            Name = fields.Text("name", value.Name, "Name of the group."),
            Size = fields.Integer(value, value.Size),
            Drift = fields.Number(value, value.Drift),
            Noise = fields.Number(value, value.Noise),
        };
}
