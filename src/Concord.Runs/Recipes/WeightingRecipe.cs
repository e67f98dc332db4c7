using Concord.Foundation;
using Concord.Runs.Recipes.Yaml;
using Concord.Training.Weightings;

namespace Concord.Runs.Recipes;

/// <summary>The weightings by name, with their keys: a scheme of Concord's own is one file and one line here.</summary>
public static class WeightingRecipe
{
    private static readonly RecipeCase<IWeighting>[] Cases =
    [
        new("equal", value => value is EqualWeighting, (_, _) => new EqualWeighting(), HasKeys: false),
        new("multitask", value => value is MultiTaskWeighting, (_, _) => new MultiTaskWeighting(), HasKeys: false),
        new("static", value => value is StaticWeighting, (fields, value) => Static(fields, value as StaticWeighting)),
        new("more", value => value is MoreWeighting, (fields, value) => More(fields, value as MoreWeighting)),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names => [.. Cases.Select(scheme => scheme.Name)];

    /// <summary>The name of a weighting, or of its type where it is none of Concord's.</summary>
    public static string NameOf(IWeighting weighting) =>
        Cases.FirstOrDefault(scheme => scheme.Holds(weighting))?.Name ?? weighting.GetType().Name;

    /// <summary>Goes through the key and those of the scheme it names.</summary>
    internal static IWeighting Map(IRecipeFields fields, IWeighting value) =>
        fields.OneOf(
            "weighting",
            value,
            Cases,
            "How sources are weighted: NAME, or {NAME: {..}} with the scheme's own settings."
        );

    private static StaticWeighting Static(IRecipeFields fields, StaticWeighting? value) =>
        new()
        {
            Weights = fields.Numbers(
                "static",
                (value ?? new StaticWeighting()).Weights,
                SettingRange.NotNegative,
                "Weights that stay: a number for each source, by its name."
            ),
        };

    private static MoreWeighting More(IRecipeFields fields, MoreWeighting? value) =>
        fields.Section(
            "more",
            value ?? new MoreWeighting(),
            Keys,
            "MORE: the least norm of the weighted sum of head gradients."
        );

    private static MoreWeighting Keys(IRecipeFields fields, MoreWeighting value) =>
        new()
        {
            Alpha = fields.Number(value, value.Alpha),
            MomentumStart = fields.Choice(
                "momentum_start",
                value.MomentumStart,
                [("zero", MomentumStart.Zero), ("random", MomentumStart.Random)],
                "What the momentum starts from; random is the authors' form."
            ),
            Normalization = fields.Choice(
                "normalization",
                value.Normalization,
                [
                    ("none", GradientNormalization.None),
                    ("l2", GradientNormalization.L2),
                    ("loss", GradientNormalization.Loss),
                    ("loss+", GradientNormalization.LossPlus),
                ],
                "How gradients are normalised."
            ),
            Solver = fields.Choice(
                "solver",
                value.Solver,
                [("exact", SolverKind.Exact), ("frank_wolfe", SolverKind.FrankWolfe)],
                "Solver; frank_wolfe is the authors'."
            ),
            Scope = fields.Choice(
                "scope",
                value.Scope,
                [("batch", WeightingScope.Batch), ("micro_batch", WeightingScope.MicroBatch)],
                "Over which pairs the weights are solved."
            ),
            Accumulation = fields.Choice(
                "accumulation",
                value.Accumulation,
                [
                    ("auto", GradientAccumulation.Auto),
                    ("second_forward", GradientAccumulation.SecondForward),
                    ("gradient_buffers", GradientAccumulation.GradientBuffers),
                ],
                "How the gradient of several micro-batches is found: a forward pass more, or a gradient buffer per "
                    + "source; auto: buffers up to 1 GiB."
            ),
        };
}
