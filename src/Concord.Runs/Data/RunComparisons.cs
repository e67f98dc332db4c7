using Concord.Foundation;
using Concord.Runs.Recipes;

namespace Concord.Runs.Data;

/// <summary>The comparisons that a recipe asks for.</summary>
internal static class RunComparisons
{
    /// <summary>Reads the files of a recipe, or draws its simulated population, and splits.</summary>
    /// <exception cref="ConcordException">There is no such file, source or comparison; the message says
    /// which.</exception>
    public static PreferenceSplit Of(Recipe recipe)
    {
        if (recipe.Simulation is not null && recipe.Sources.Count > 0)
            throw new ConcordException("The recipe names both `sources` and a `simulation`: leave one out.");
        if (recipe.Simulation is null && recipe.Sources.Count == 0)
            throw new ConcordException("The recipe has no data: give it `sources` with files, or a `simulation`.");
        if (recipe.Simulation is not null && recipe.HeldOutFiles.Count > 0)
            throw new ConcordException(
                "`split.held_out_files` are held out of files, and a `simulation` draws its own held-out side: leave "
                    + "one out."
            );
        foreach (var _ in Files(recipe)) { } // all are there before the first, which may be large, is read
        var split = recipe.Simulation is { } settings
            ? PreferenceSplit.Simulate(settings)
            : PreferenceData
                .Read(Placed(recipe, recipe.Sources))
                .Split(
                    recipe.Split with
                    {
                        Validation = 0,
                    },
                    recipe.Only,
                    recipe.HeldOutFiles.Count == 0 ? null : PreferenceData.Read(Placed(recipe, recipe.HeldOutFiles))
                );
        return recipe.Only.Count == 0 ? split : split.Only(recipe.Only);
    }

    /// <summary>The files of a recipe's sources, and those held out, as they are named and opened.</summary>
    /// <exception cref="ConcordException">A source names none, or one does not exist.</exception>
    public static IEnumerable<string> Files(Recipe recipe)
    {
        var named = recipe
            .Sources.Index()
            .Select(one => ($"sources.{one.Index}", one.Item))
            .Concat(recipe.HeldOutFiles.Index().Select(one => ($"split.held_out_files.{one.Index}", one.Item)));
        foreach (var (place, source) in named)
        {
            if (source.Files.Count == 0)
                throw new ConcordException($"{place}{(source.Name is { } given ? $" ({given})" : "")} names no files.");
            foreach (var file in source.Files)
            {
                var path = PathOf(recipe, file);
                if (path != StandardInput.Name && !File.Exists(path))
                    throw new ConcordException(
                        $"{path} does not exist; the recipe's files are sought in the folder `data`: give it with "
                            + $"data=DIR."
                    );
                yield return path;
            }
        }
    }

    private static PreferenceSource[] Placed(Recipe recipe, IEnumerable<PreferenceSource> sources) =>
        [.. sources.Select(source => source with { Files = [.. source.Files.Select(file => PathOf(recipe, file))] })];

    private static string PathOf(Recipe recipe, string file) =>
        file == StandardInput.Name ? file : Path.Combine(recipe.Data, file);
}
