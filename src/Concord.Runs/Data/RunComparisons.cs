using Concord.Foundation;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Simulation;
using Concord.Runs.Recipes;

namespace Concord.Runs.Data;

/// <summary>The comparisons of a recipe, split by prompt.</summary>
internal sealed record RunComparisons
{
    /// <summary>The comparisons trained on; each has a strict pair.</summary>
    public required IReadOnlyList<Comparison> Training { get; init; }

    /// <summary>The comparisons evaluated on.</summary>
    public required IReadOnlyList<Comparison> HeldOut { get; init; }

    /// <summary>What there is to say of them.</summary>
    public required RunAccount Account { get; init; }

    /// <summary>Reads the files of a recipe, or draws its simulated population.</summary>
    /// <exception cref="ConcordException">There is no such file, source or comparison; the message says
    /// which.</exception>
    public static RunComparisons Of(Recipe recipe)
    {
        if (recipe.Simulation is not null && recipe.Sources.Count > 0)
            throw new ConcordException("The recipe names both `sources` and a `simulation`: leave one out.");
        var all = recipe.Simulation is { } settings ? Simulated(settings) : Read(recipe);
        if (recipe.Only.Count == 0)
            return all;
        foreach (var name in recipe.Only.Where(name => !all.Account.Sources.Contains(name)))
        {
            var meant = NearestName.Find(name, all.Account.Sources) is { } near ? $" Did you mean '{near}'?" : "";
            throw new ConcordException(
                $"`only` names the source '{name}', which the data do not have; they have "
                    + $"{string.Join(", ", all.Account.Sources)}.{meant}"
            );
        }
        bool Wanted(Comparison comparison) => recipe.Only.Contains(comparison.Source);
        return new RunComparisons
        {
            Training = [.. all.Training.Where(Wanted)],
            HeldOut = [.. all.HeldOut.Where(Wanted)],
            Account = all.Account.Only(recipe.Only),
        };
    }

    /// <summary>The files of a recipe's sources, as they are named and opened.</summary>
    /// <exception cref="ConcordException">A source names none, or one does not exist.</exception>
    public static IEnumerable<(SourceRecipe Source, string Path)> Files(Recipe recipe)
    {
        for (var i = 0; i < recipe.Sources.Count; i++)
        {
            var source = recipe.Sources[i];
            if (source.Files.Count == 0)
                throw new ConcordException(
                    $"sources.{i}{(source.Name is { } given ? $" ({given})" : "")} names no files."
                );
            foreach (var file in source.Files)
            {
                var path = Path.Combine(recipe.Data, file);
                if (!File.Exists(path))
                    throw new ConcordException(
                        $"{path} does not exist; the recipe's files are sought in the folder `data`: give it with "
                            + $"data=DIR."
                    );
                yield return (source, path);
            }
        }
    }

    private static RunComparisons Simulated(SimulationSettings settings)
    {
        var population = SimulatedPopulation.Create(settings);
        Comparison[] training =
        [
            .. population.SourceNames.SelectMany(population.Training).Select(one => one.Comparison),
        ];
        Comparison[] heldOut = [.. population.SourceNames.SelectMany(population.HeldOut).Select(one => one.Comparison)];
        return new RunComparisons
        {
            Training = training,
            HeldOut = heldOut,
            Account = RunAccount.Of(population.SourceNames, training, heldOut),
        };
    }

    // Whole prompts, chosen by the split's seed: runs of several seeds, and their cached hidden states, are about the
    // same comparisons.
    private static Comparison[] Limited(Comparison[] comparisons, Func<string, int?> limitOf, int seed)
    {
        var chosen = comparisons
            .GroupBy(comparison => comparison.Source)
            .SelectMany(group =>
                limitOf(group.Key) is { } limit
                    ? group.OrderBy(comparison => PromptIdentity.Uniform(seed + 1, comparison.PromptId)).Take(limit)
                    : group
            )
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. comparisons.Where(chosen.Contains)];
    }

    private static RunComparisons Read(Recipe recipe)
    {
        if (recipe.Sources.Count == 0)
            throw new ConcordException("The recipe has no data: give it `sources` with files, or a `simulation`.");
        var comparisons = new List<Comparison>();
        var problems = new List<ReadProblem>();
        var dropped = new List<DroppedRecords>();
        var limits = new Dictionary<string, int>(StringComparer.Ordinal);
        var shares = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (source, path) in Files(recipe))
        {
            var read = PreferenceFile.Read(
                path,
                new ReadOptions
                {
                    Source = source.Name,
                    Format = source.Format is { } format ? PreferenceFormat.Parse(format) : null,
                }
            );
            comparisons.AddRange(read.Comparisons);
            problems.AddRange(read.Problems);
            dropped.AddRange(read.Dropped.Select(one => new DroppedRecords(path, one.Key, one.Value)));
            foreach (var name in read.Comparisons.Select(comparison => comparison.Source).Distinct())
            {
                if (source.Limit is { } limit)
                    limits[name] = limit;
                if (source.Share != 1)
                    shares[name] = source.Share;
            }
        }
        bool IsHeldOut(Comparison comparison) =>
            PromptIdentity.Uniform(recipe.Split.Seed, comparison.PromptId) < recipe.Split.HeldOut;
        Comparison[] rest = [.. comparisons.Where(comparison => !IsHeldOut(comparison))],
            strict = [.. rest.Where(comparison => comparison.StrictPairs > 0)];
        var training = Limited(
            strict,
            name => limits.TryGetValue(name, out var limit) ? limit : null,
            recipe.Split.Seed
        );
        string[] sources = [.. comparisons.Select(comparison => comparison.Source).Distinct()];
        foreach (
            var name in sources.Where(name =>
                !training.Any(comparison => comparison.Source == name)
                && (recipe.Only.Count == 0 || recipe.Only.Contains(name))
            )
        )
        {
            var split = FormattableString.Invariant($"held_out {recipe.Split.HeldOut}, seed {recipe.Split.Seed}");
            throw new ConcordException(
                $"The source '{name}' has no comparison to train on after the split ({split}): leave it out with "
                    + $"`only`, or hold out less."
            );
        }
        var heldOut = Limited([.. comparisons.Where(IsHeldOut)], _ => recipe.Split.Limit, recipe.Split.Seed);
        return new RunComparisons
        {
            Training = training,
            HeldOut = heldOut,
            Account = RunAccount.Of(sources, training, heldOut) with
            {
                TiedForTraining = rest.Length - strict.Length,
                Shares = shares,
                Problems = problems,
                Dropped = dropped,
            },
        };
    }
}
