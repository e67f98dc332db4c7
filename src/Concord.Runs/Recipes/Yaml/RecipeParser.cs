namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// Reads YAML into nodes that know their line, and applies the overrides of the command line to them.
/// </summary>
internal static class RecipeParser
{
    /// <summary>Reads a recipe's text.</summary>
    /// <exception cref="ConcordException">It is not one YAML mapping.</exception>
    public static RecipeMapping Parse(string text, string file) =>
        RecipeLoader.Load(text, line => new RecipeLocation(file, line)) switch
        {
            RecipeMapping mapping => mapping,
            RecipeScalar { Text: null } => new RecipeMapping(new RecipeLocation(file, 1)),
            var other => throw new ConcordException(
                $"{other.Where}: a recipe is a group of keys (`key: value` on each line), not {other.Kind}."
            ),
        };

    /// <summary>Applies <c>key.key=value</c>; the value is read as YAML, so that lists (<c>[a, b]</c>) can be given. An
    /// item of a list is named by its number from 0.</summary>
    /// <exception cref="RecipeOverrideException">It is not of that form, or a key leads into something that has no
    /// keys.</exception>
    public static void Override(RecipeMapping root, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new RecipeOverrideException($"'{assignment}' is not of the form key=value; an example is seed=2.");
        var path = assignment[..equals].Split('.');
        if (path.Any(key => key.Length == 0))
            throw new RecipeOverrideException($"'{assignment}' has an empty key; an example is training.epochs=2.");
        var text = assignment[(equals + 1)..];
        var value = text.AsSpan().TrimStart() is ['[' or '{', ..]
            ? RecipeLoader.Load(text, _ => RecipeLocation.CommandLine)
            : new RecipeScalar(RecipeLocation.CommandLine, Unquoted(text));
        RecipeNode node = root;
        for (var depth = 0; depth < path.Length; depth++)
        {
            var last = depth == path.Length - 1;
            if (node is RecipeSequence list)
            {
                if (!int.TryParse(path[depth], out var index) || index < 0 || index >= list.Items.Count)
                {
                    var items = $"{string.Join('.', path.Take(depth))} is a list of {list.Items.Count}";
                    throw new RecipeOverrideException(
                        $"'{assignment}': {items}; its items are named 0 to {list.Items.Count - 1}, not "
                            + $"'{path[depth]}'."
                    );
                }
                if (last)
                    list.Items[index] = value;
                node = list.Items[index];
                continue;
            }
            var mapping = (RecipeMapping)node;
            if (last)
                mapping.Entries[path[depth]] = (value, RecipeLocation.CommandLine);
            else if (!mapping.Entries.TryGetValue(path[depth], out var entry) || entry.Value is RecipeScalar)
            {
                // a section left out, or a value that stood for one
                mapping.Entries[path[depth]] = (
                    new RecipeMapping(RecipeLocation.CommandLine),
                    RecipeLocation.CommandLine
                );
            }
            node = mapping.Entries[path[depth]].Value;
        }
    }

    /// <summary>Whether the key of an assignment leads into a list of what is there.</summary>
    public static bool LeadsIntoList(RecipeMapping root, string assignment)
    {
        RecipeNode? node = root;
        foreach (var key in assignment.Split('=')[0].Split('.'))
        {
            if (node is RecipeSequence)
                return true;
            node = node is RecipeMapping group && group.Entries.TryGetValue(key, out var entry) ? entry.Value : null;
        }
        return false;
    }

    private static string? Unquoted(string text)
    {
        if (text is "" or "null" or "~")
            return null;
        return text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0] ? text[1..^1] : text;
    }
}
