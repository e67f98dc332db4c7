using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>
/// The spellings of <c>training.weighting</c>, before values are read. Recipes once kept the settings of all schemes
/// side by side (<c>{scheme: more, alpha: .9}</c>): they are put where they belong (<c>{more: {alpha: .9}}</c>), as a
/// bare name is (<c>more</c>). A scheme named in an upper recipe or on the command line takes the place of a lower
/// one's.
/// </summary>
internal static class WeightingSpelling
{
    /// <summary>The key.</summary>
    public const string Path = "training.weighting";

    private const string Scheme = "scheme",
        Weights = "weights";

    // what stood beside the scheme, and whose setting it is
    private static readonly Dictionary<string, string> Owners = new(StringComparer.Ordinal)
    {
        [Weights] = "static",
        ["alpha"] = "more",
        ["momentum_start"] = "more",
        ["normalization"] = "more",
        ["solver"] = "more",
        ["scope"] = "more",
        ["accumulation"] = "more",
    };

    /// <summary>Puts what stands in a recipe or an override into the form in which it is merged.</summary>
    public static void Rewrite(RecipeMapping root)
    {
        if (Find(root) is not var (training, node, where))
            return;
        if (node is RecipeScalar { Text: { } name })
            training.Entries["weighting"] = (Named(name, new RecipeMapping(where), where), where);
        if (node is not RecipeMapping group)
            return;
        if (group.Entries.Remove(Scheme, out var scheme))
            training.Entries["weighting"] = (OfScheme(scheme.Value, group), where);
        else if (group.Entries.Keys.Where(key => !Owners.ContainsKey(key)).ToArray() is [var one, var other, ..])
            throw group
                .Entries[other]
                .Where.Error(
                    $"{Path} names both {one} and {other}; it is one of "
                        + $"{string.Join(", ", WeightingRecipe.Names)}, with its own settings below it."
                );
        else if (Chosen(group) is { } named && group.Entries.Keys.FirstOrDefault(Owners.ContainsKey) is { } beside)
            throw group
                .Entries[beside]
                .Where.Error(
                    $"{Path}.{beside} stands beside {named}, and a scheme's settings stand below its name: write it "
                        + $"there if it is one of {named}'s, or leave it out."
                );
    }

    /// <summary>Refuses a setting that the command line gives in both spellings.</summary>
    /// <param name="assignments">Each <c>key=value</c>.</param>
    /// <exception cref="RecipeOverrideException">Names both.</exception>
    public static void CheckOnce(IEnumerable<string> assignments)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var key in assignments
                .Select(one => one.Split('=')[0])
                .Where(key => key.StartsWith(Path + ".", StringComparison.Ordinal))
        )
        {
            var setting = key[(Path.Length + 1)..];
            var first = setting.Split('.')[0];
            var name =
                first == Weights ? Owners[first] + setting[first.Length..]
                : Owners.TryGetValue(first, out var owner) ? $"{owner}.{setting}"
                : setting;
            if (!said.TryAdd(name, key) && said[name] != key)
                throw RecipeLocation.CommandLine.Error(
                    $"{said[name]} and {key} say the same setting twice: leave one out."
                );
        }
    }

    /// <summary>Lays an upper weighting over a lower one, both rewritten.</summary>
    /// <param name="lower">Of the recipe that another is based on.</param>
    /// <param name="upper">Of that other, or of the command line.</param>
    /// <param name="lay">Lays a group over another key by key.</param>
    public static RecipeMapping Merge(
        RecipeMapping lower,
        RecipeMapping upper,
        Func<RecipeMapping, RecipeMapping, RecipeMapping> lay
    )
    {
        var merged = new RecipeMapping(upper.Where);
        if ((Chosen(upper) ?? Chosen(lower)) is { } name)
        {
            var settings = new RecipeMapping(upper.Where);
            foreach (
                var layer in (RecipeMapping?[])
                    [Own(lower, name), Beside(lower, name), Own(upper, name), Beside(upper, name)]
            )
                if (layer is not null)
                    lay(settings, layer);
            merged = Named(name, settings, upper.Where);
        }
        foreach (var (key, entry) in lower.Entries.Concat(upper.Entries))
            if (Owners.TryGetValue(key, out var owner) && owner != Chosen(merged))
                merged.Entries[key] = entry;
        return merged;
    }

    /// <summary>Refuses settings of a scheme that was not chosen.</summary>
    public static void Check(RecipeMapping root)
    {
        if (Find(root) is not (_, RecipeMapping group, _))
            return;
        foreach (var (key, (_, where)) in group.Entries)
            if (Owners.TryGetValue(key, out var owner))
                throw Foreign(key, owner, Chosen(group) ?? "equal", where);
    }

    private static ConcordException Foreign(string key, string owner, string chosen, RecipeLocation where) =>
        where.Error(
            $"{Path}.{key} is a setting of {owner}, but the weighting is {chosen}. Write weighting: {{{owner}: "
                + $"{{..}}}}, or leave it out."
        );

    private static (RecipeMapping Training, RecipeNode Node, RecipeLocation Where)? Find(RecipeMapping root) =>
        root.Entries.TryGetValue("training", out var entry)
        && entry.Value is RecipeMapping training
        && training.Entries.TryGetValue("weighting", out var weighting)
            ? (training, weighting.Value, weighting.Where)
            : null;

    private static RecipeMapping Named(string name, RecipeNode settings, RecipeLocation where)
    {
        var named = new RecipeMapping(where);
        named.Entries[name] = (settings, where);
        return named;
    }

    // of a config.yaml that was written so, with every setting of every scheme, those of others mean nothing
    private static RecipeMapping OfScheme(RecipeNode scheme, RecipeMapping beside)
    {
        if (scheme is not RecipeScalar { Text: { } name })
            throw scheme.Where.Error(
                $"{Path}.{Scheme} is {scheme.Kind}; it must be one of {string.Join(", ", WeightingRecipe.Names)}."
            );
        var own = Beside(beside, name) ?? new RecipeMapping(scheme.Where);
        var isWhole = Owners.Keys.All(beside.Entries.ContainsKey);
        foreach (var (key, entry) in beside.Entries)
            if (WeightingRecipe.Names.Contains(key))
                throw entry.Where.Error($"{Path} names both {Scheme}: {name} and {key}: leave out {Scheme}.");
            else if (!Owners.TryGetValue(key, out var owner))
                own.Entries[key] = entry; // no key of any scheme: an error with its line when it is read
            else if (owner != name && !isWhole)
                throw Foreign(key, owner, name, entry.Where);
        return Named(name, own, scheme.Where);
    }

    private static string? Chosen(RecipeMapping group) =>
        group.Entries.Keys.FirstOrDefault(key => !Owners.ContainsKey(key));

    private static RecipeMapping? Own(RecipeMapping group, string name) =>
        group.Entries.TryGetValue(name, out var entry) ? entry.Value as RecipeMapping : null;

    private static RecipeMapping? Beside(RecipeMapping group, string name)
    {
        if (name == Owners[Weights])
            return Own(group, Weights);
        var settings = new RecipeMapping(group.Where);
        foreach (var (key, entry) in group.Entries)
            if (Owners.TryGetValue(key, out var owner) && owner == name)
                settings.Entries[key] = entry;
        return settings.Entries.Count > 0 ? settings : null;
    }
}
