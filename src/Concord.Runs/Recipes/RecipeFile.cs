using System.Reflection;
using Concord.Foundation;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>Recipes as files: read with what they are based on and with overrides, and written whole.</summary>
public static class RecipeFile
{
    private const string BaseKey = "base";
    private const int LongestChain = 8;
    private const string ShippedFolder = "recipes/";

    /// <summary>Reads a recipe and applies overrides, each <c>key=value</c>.</summary>
    /// <exception cref="ConcordException">The file is missing, is no YAML, or has a key or value that is
    /// wrong.</exception>
    /// <exception cref="RecipeOverrideException">An override is wrong.</exception>
    public static Recipe Read(string file, IEnumerable<string> overrides)
    {
        var root = Load(file, 0);
        // `model: DIR` is the short form of `model: {folder: DIR}`, in a file and on the command line.
        if (root.Entries.TryGetValue("model", out var model) && model.Value is RecipeScalar { Text: not null })
        {
            var folder = new RecipeMapping(model.Where);
            folder.Entries["folder"] = model;
            root.Entries["model"] = (folder, model.Where);
        }
        string[] assignments =
        [
            .. overrides.Select(one =>
                one.StartsWith("model=", StringComparison.Ordinal)
                && !one.StartsWith("model={", StringComparison.Ordinal)
                    ? $"model.folder={one["model=".Length..]}"
                    : one
            ),
        ];
        CheckOnce(assignments);
        WeightingSpelling.CheckOnce(assignments);
        foreach (var one in assignments)
            Override(root, one);
        WeightingSpelling.Check(root);
        HeldOutSpelling.Expand(root);
        var recipe = RecipeReader.Read(root, new Recipe(), Recipe.Map);
        return recipe with { Output = recipe.Output ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(file)) };
    }

    /// <summary>
    /// All settings as YAML, defaults included; the output folder excepted, which changes nothing in the result.
    /// </summary>
    public static string Write(Recipe recipe) => RecipeWriter.Write(recipe, Recipe.MapSaved);

    /// <summary>
    /// What a program knows of its run: not which files its comparisons come from, nor what a model was made from.
    /// </summary>
    internal static string WriteKnown(Recipe recipe) => RecipeWriter.Write(recipe, Recipe.MapKnown);

    /// <summary>All keys with their defaults.</summary>
    public static IReadOnlyList<(string Key, string Default, string About)> Keys() =>
        RecipeKeys.Deep(new Recipe(), Recipe.Map);

    // the last would win without a word, in whatever form it is given: a.b=1 a.b=2, a={b: 1} a.b=2
    private static void CheckOnce(string[] assignments)
    {
        var keys = assignments.SelectMany(one => Keys(one).Select(key => (Key: key, Assignment: one)));
        if (
            keys.GroupBy(one => one.Key, StringComparer.Ordinal).FirstOrDefault(own => own.Count() > 1) is not { } twice
        )
            return;
        var given = string.Join(", ", twice.Select(one => one.Assignment));
        throw RecipeLocation.CommandLine.Error($"{twice.Key} is given {twice.Count()} times ({given}): give it once.");
    }

    private static IEnumerable<string> Keys(string assignment)
    {
        var alone = new RecipeMapping(RecipeLocation.CommandLine);
        RecipeParser.Override(alone, assignment);
        return Keys(alone, "");
    }

    private static IEnumerable<string> Keys(RecipeMapping group, string path) =>
        group.Entries.SelectMany(entry =>
        {
            var key = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            return entry.Value.Value is RecipeMapping { Entries.Count: > 0 } inner ? Keys(inner, key) : [key];
        });

    // laid over the recipe as a recipe is over its base; only what leads into a list is put there
    private static void Override(RecipeMapping root, string assignment)
    {
        if (RecipeParser.LeadsIntoList(root, assignment))
        {
            RecipeParser.Override(root, assignment);
            return;
        }
        var alone = new RecipeMapping(RecipeLocation.CommandLine);
        RecipeParser.Override(alone, assignment);
        WeightingSpelling.Rewrite(alone);
        Merge(root, alone);
    }

    private static RecipeMapping Load(string file, int depth)
    {
        if (Directory.Exists(file))
            throw new ConcordException($"{file} is a folder; a recipe (a YAML file) was expected.");
        var mapping = RecipeParser.Parse(
            File.Exists(file) ? InputFile.ReadText(file, "a recipe (a YAML file)") : Shipped(file),
            file
        );
        WeightingSpelling.Rewrite(mapping);
        if (!mapping.Entries.Remove(BaseKey, out var based))
            return mapping;
        if (based.Value is not RecipeScalar { Text: { } name })
            throw based.Where.Error("base must name another recipe's file, relative to this one.");
        if (depth == LongestChain)
            throw based.Where.Error(
                $"recipes are based on each other more than {LongestChain} deep here, perhaps in a circle."
            );
        return Merge(Load(Based(file, name), depth + 1), mapping);
    }

    // beside the recipe that names it; a shipped one from anywhere
    private static string Based(string file, string name)
    {
        var beside = Path.Combine(Path.GetDirectoryName(file) ?? "", name);
        return !Path.Exists(beside) && FindShipped(name) is not null ? name : beside;
    }

    /// <summary>
    /// A recipe that comes with Concord, by its name or by where it lies in the repository: an installed tool has no
    /// folder of them.
    /// </summary>
    private static string Shipped(string file)
    {
        if (FindShipped(file) is { } found)
        {
            using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(found)!);
            return reader.ReadToEnd();
        }
        var shipped = ShippedNames()
            .Select(name => Path.GetFileNameWithoutExtension(name))
            .Order(StringComparer.Ordinal)
            .ToArray();
        var near = NearestName.Find(Path.GetFileNameWithoutExtension(file), shipped) is { } nearest
            ? $" Did you mean {ShippedFolder}{nearest}.yaml?"
            : "";
        var all = $"Those that come with Concord are {string.Join(", ", shipped)}.";
        throw new ConcordException($"{file} does not exist; a recipe (a YAML file) was expected there.{near} {all}");
    }

    // by its name alone, or as it lies in the repository
    private static string? FindShipped(string file)
    {
        var folder = Path.GetDirectoryName(file);
        return string.IsNullOrEmpty(folder) || folder + "/" == ShippedFolder
            ? ShippedNames()
                .FirstOrDefault(name => name == $"{ShippedFolder}{Path.GetFileNameWithoutExtension(file)}.yaml")
            : null;
    }

    private static IEnumerable<string> ShippedNames() =>
        Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(ShippedFolder, StringComparison.Ordinal));

    /// <summary>Groups are merged key by key; everything else of the upper replaces the lower.</summary>
    private static RecipeMapping Merge(RecipeMapping lower, RecipeMapping upper, string path = "")
    {
        foreach (var (key, (value, where)) in upper.Entries)
        {
            var place = path.Length == 0 ? key : $"{path}.{key}";
            var both =
                value is RecipeMapping group
                && lower.Entries.TryGetValue(key, out var below)
                && below.Value is RecipeMapping under
                    ? place == WeightingSpelling.Path
                        ? WeightingSpelling.Merge(under, group, (one, other) => Merge(one, other, place))
                        : Merge(under, group, place)
                    : null;
            lower.Entries[key] = (both ?? value, where);
        }
        return lower;
    }
}
