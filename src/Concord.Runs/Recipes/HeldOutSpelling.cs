using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>The short form of files held out: <c>held_out_files: [a.json]</c> for <c>[{files: [a.json]}]</c>.</summary>
internal static class HeldOutSpelling
{
    private const string Key = "held_out_files";

    /// <summary>Writes the long form where the short one stands.</summary>
    public static void Expand(RecipeMapping root)
    {
        if (
            !root.Entries.TryGetValue("split", out var split)
            || split.Value is not RecipeMapping group
            || !group.Entries.TryGetValue(Key, out var named)
        )
            return;
        if (named.Value is RecipeScalar { Text: not null })
            group.Entries[Key] = (new RecipeSequence(named.Where, [Entry(named.Value)]), named.Where);
        else if (named.Value is RecipeSequence list)
            for (var i = 0; i < list.Items.Count; i++)
                if (list.Items[i] is RecipeScalar { Text: not null } file)
                    list.Items[i] = Entry(file);
    }

    private static RecipeMapping Entry(RecipeNode file)
    {
        var entry = new RecipeMapping(file.Where);
        entry.Entries["files"] = (file, file.Where);
        return entry;
    }
}
