using Concord.Modeling;
using Concord.Modeling.Folders;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Optimizers;

namespace Concord.Runs.DryRuns;

/// <summary>What a run will leave on disk, counted from shapes.</summary>
internal static class RunDisk
{
    private const long Float = sizeof(float);

    /// <summary>Its parts; what is written beside its place before it takes it is counted.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="model">The model's shape.</param>
    /// <param name="trained">Numbers that training changes.</param>
    /// <param name="tokens">All ids.</param>
    public static IReadOnlyList<(string What, long Bytes)> Of(
        Recipe recipe,
        MemoryEstimate model,
        long trained,
        RunTokens tokens
    )
    {
        var adapters = recipe.Training.Mode == TrainedParts.Adapters && !recipe.Model.Merged;
        var whole = adapters ? Float * trained : model.Weights;
        // weights and the optimizer's moments
        var moments = recipe.Training.Optimizer.Kind == OptimizerKind.AdamW ? 3 : 2;
        var checkpoint = moments * Float * trained;
        var all = tokens.Training.Concat(tokens.Validation).Concat(tokens.HeldOut).Sum(one => (long)one.PackedLength);
        var parts = new List<(string, long)>
        {
            ("the model, and the next one beside it", 2 * whole),
            (
                FormattableString.Invariant($"{recipe.Training.KeepCheckpoints} checkpoints, and one being written"),
                (recipe.Training.KeepCheckpoints + 1) * checkpoint
            ),
            ("token ids", sizeof(int) * all),
        };
        var layers = model.Config.Layers;
        var below = recipe.Training.Mode switch
        {
            TrainedParts.Head or TrainedParts.HeadExact => true,
            TrainedParts.LastLayers => recipe.Training.LastLayers < layers,
            _ => false,
        };
        if (recipe.Cache is not null && below)
            parts.Add(("hidden states", Float * model.Config.HiddenSize * all));
        if (recipe.Model.Init is not null)
            parts.Add(("the model it begins from", model.Weights));
        return parts;
    }
}
