using System.Globalization;
using Concord.Foundation;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// Reads a group: every key is checked, and one that the group does not have is an error that names the nearest it has.
/// </summary>
internal sealed class RecipeReader : IRecipeFields
{
    private readonly RecipeMapping mapping;
    private readonly string path;

    private RecipeReader(RecipeMapping mapping, string path) => (this.mapping, this.path) = (mapping, path);

    /// <summary>
    /// Reads a whole group by its description, starting from the defaults in <paramref name="start"/>.
    /// </summary>
    /// <exception cref="ConcordException">A key or value of the file is wrong; names file and
    /// line.</exception>
    /// <exception cref="RecipeOverrideException">A key or value given on the command line is wrong.</exception>
    public static T Read<T>(RecipeMapping mapping, T start, Func<IRecipeFields, T, T> map) =>
        Read(mapping, "", start, map);

    /// <inheritdoc />
    public string Text(string key, string value, string about) =>
        OptionalText(key, value, about) ?? throw Wrong(key, "is empty, but a text is needed");

    /// <inheritdoc />
    public string? OptionalText(string key, string? value, string about) =>
        Scalar(key, out var text, "a text") ? text : value;

    /// <inheritdoc />
    public int Integer(string key, int value, int least, int most, string about) =>
        OptionalInteger(key, value, least, most, about) ?? throw Wrong(key, "is empty, but a whole number is needed");

    /// <inheritdoc />
    public int? OptionalInteger(string key, int? value, int least, int most, string about)
    {
        if (!Scalar(key, out var text, "a whole number"))
            return value;
        return text is null ? null : ParseInteger(key, text, least, most);
    }

    /// <inheritdoc />
    public double Number(string key, double value, SettingRange range, string about) =>
        OptionalNumber(key, value, range, about) ?? throw Wrong(key, "is empty, but a number is needed");

    /// <inheritdoc />
    public double? OptionalNumber(string key, double? value, SettingRange range, string about)
    {
        if (!Scalar(key, out var text, "a number"))
            return value;
        return text is null ? null : ParseNumber(key, text, range);
    }

    /// <inheritdoc />
    public bool Flag(string key, bool value, string about) =>
        !Scalar(key, out var text, "true or false")
            ? value
            : text switch
            {
                "true" => true,
                "false" => false,
                _ => throw Wrong(key, $"is {Shown(text)}; it must be true or false"),
            };

    /// <inheritdoc />
    public T Choice<T>(string key, T value, IReadOnlyList<(string Name, T Value)> choices, string about)
    {
        var names = string.Join(", ", choices.Select(choice => choice.Name));
        if (!Scalar(key, out var text, $"one of {names}"))
            return value;
        foreach (var (name, chosen) in choices)
            if (name == text)
                return chosen;
        var near =
            text is not null && NearestName.Find(text, choices.Select(choice => choice.Name)) is { } nearest
                ? $" Did you mean '{nearest}'?"
                : "";
        throw Wrong(key, $"is {Shown(text)}; it must be one of {names}", near);
    }

    /// <inheritdoc />
    public string? OptionalChoice(string key, string? value, IReadOnlyList<string> choices, string about) =>
        Find(key, out var node) && node is RecipeScalar { Text: null }
            ? null
            : Choice<string?>(key, value, [.. choices.Select(name => (name, (string?)name))], about);

    /// <inheritdoc />
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> value, string about)
    {
        if (!List(key, out var items))
            return value;
        return
        [
            .. items.Select(
                (item, i) =>
                    item is RecipeScalar { Text: { } text }
                        ? text
                        : throw Wrong(item, $"{key}.{i}", $"is {item.Kind}; it must be a text")
            ),
        ];
    }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, double> Numbers(
        string key,
        IReadOnlyDictionary<string, double> value,
        SettingRange range,
        string about
    )
    {
        if (!Find(key, out var node))
            return value;
        if (node is RecipeScalar { Text: null })
            return new Dictionary<string, double>();
        if (node is not RecipeMapping numbers)
            throw Wrong(key, $"is {node.Kind}; it must be a number for each name");
        return numbers.Entries.ToDictionary(
            entry => entry.Key,
            entry =>
                entry.Value.Value is RecipeScalar { Text: { } text }
                    ? ParseNumber($"{key}.{entry.Key}", text, range, entry.Value.Value)
                    : throw Wrong(
                        entry.Value.Value,
                        $"{key}.{entry.Key}",
                        $"is {entry.Value.Value.Kind}; it must be a number"
                    )
        );
    }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string> Named(
        string key,
        IReadOnlyDictionary<string, string> value,
        string about
    )
    {
        if (!Find(key, out var node))
            return value;
        if (node is RecipeScalar { Text: null })
            return new Dictionary<string, string>();
        if (node is not RecipeMapping texts)
            throw Wrong(key, $"is {node.Kind}; it must be a text for each name");
        return texts.Entries.ToDictionary(
            entry => entry.Key,
            entry =>
                entry.Value.Value is RecipeScalar scalar
                    ? scalar.Text ?? ""
                    : throw Wrong(
                        entry.Value.Value,
                        $"{key}.{entry.Key}",
                        $"is {entry.Value.Value.Kind}; it must be a text"
                    )
        );
    }

    /// <inheritdoc />
    public T Section<T>(string key, T value, Func<IRecipeFields, T, T> map, string about)
    {
        if (!Find(key, out var node) || node is RecipeScalar { Text: null })
            return value;
        return node is RecipeMapping group
            ? Read(group, Join(key), value, map)
            : throw Wrong(key, $"is {node.Kind}; it must be a group of keys");
    }

    /// <inheritdoc />
    public T? OptionalSection<T>(string key, T? value, T start, Func<IRecipeFields, T, T> map, string about)
        where T : class
    {
        if (!Find(key, out var node))
            return value;
        if (node is RecipeScalar { Text: null })
            return null;
        return node is RecipeMapping group
            ? Read(group, Join(key), value ?? start, map)
            : throw Wrong(key, $"is {node.Kind}; it must be a group of keys");
    }

    /// <inheritdoc />
    public T OneOf<T>(string key, T value, IReadOnlyList<RecipeCase<T>> cases, string about)
        where T : class
    {
        if (!Find(key, out var node))
            return value;
        var names = string.Join(", ", cases.Select(one => one.Name));
        var (name, group) = node switch
        {
            RecipeScalar { Text: { } text } => (text, new RecipeMapping(node.Where)),
            RecipeMapping { Entries: { Count: 1 } entries } named => (entries.GetAt(0).Key, named),
            _ => throw Wrong(key, $"is {node.Kind}; it must be one of {names}"),
        };
        if (cases.FirstOrDefault(one => one.Name == name) is not { } chosen)
        {
            var near = NearestName.Find(name, cases.Select(one => one.Name)) is { } nearest
                ? $" Did you mean '{nearest}'?"
                : "";
            throw Wrong(group, key, $"is '{name}'; it must be one of {names}", near);
        }
        if (
            !chosen.HasKeys
            && group.Entries.TryGetValue(name, out var keys)
            && keys.Value is not (RecipeMapping { Entries.Count: 0 } or RecipeScalar { Text: null })
        )
            throw Wrong(keys.Value, $"{key}.{name}", "has no settings of its own");
        return chosen.Map(new RecipeReader(group, Join(key)), chosen.Holds(value) ? value : null);
    }

    /// <inheritdoc />
    public IReadOnlyList<T> Items<T>(
        string key,
        IReadOnlyList<T> value,
        T start,
        Func<IRecipeFields, T, T> map,
        string about
    )
    {
        if (!Find(key, out var node))
            return value;
        if (node is RecipeScalar { Text: null })
            return [];
        if (node is not RecipeSequence list)
            throw Wrong(key, $"is {node.Kind}; it must be a list (each item begins with `- `)");
        return
        [
            .. list.Items.Select(
                (item, i) =>
                    item is RecipeMapping group
                        ? Read(group, Join($"{key}.{i}"), start, map)
                        : throw Wrong(item, $"{key}.{i}", $"is {item.Kind}; it must be a group of keys")
            ),
        ];
    }

    private static T Read<T>(RecipeMapping mapping, string path, T start, Func<IRecipeFields, T, T> map)
    {
        var reader = new RecipeReader(mapping, path);
        // A mistyped key often leaves out what a later check misses: it is the better error, so keys are listed before
        // values are read.
        var keys = RecipeKeys.Of(start, map);
        foreach (var (key, (_, where)) in mapping.Entries)
        {
            if (keys.Contains(key))
                continue;
            var group = path.Length == 0 ? "a recipe" : $"'{path}'";
            var all = keys.Count > 1 ? $" (all are {string.Join(", ", keys)})" : "";
            throw where.Error($"{group} has no key '{key}'; the nearest is '{NearestName.Nearest(key, keys)}'{all}.");
        }
        return map(reader, start);
    }

    private bool Find(string key, out RecipeNode node)
    {
        var found = mapping.Entries.TryGetValue(key, out var entry);
        node = entry.Value!;
        return found;
    }

    private bool Scalar(string key, out string? text, string expected)
    {
        text = null;
        if (!Find(key, out var node))
            return false;
        text = node is RecipeScalar scalar ? scalar.Text : throw Wrong(key, $"is {node.Kind}; it must be {expected}");
        return true;
    }

    private bool List(string key, out IReadOnlyList<RecipeNode> items)
    {
        items = [];
        if (!Find(key, out var node))
            return false;
        items = node switch
        {
            RecipeSequence sequence => sequence.Items,
            RecipeScalar { Text: null } => [],
            RecipeScalar => [node],
            _ => throw Wrong(key, $"is {node.Kind}; it must be a list"),
        };
        return true;
    }

    private int ParseInteger(string key, string text, int least, int most)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw Wrong(key, $"is '{text}'; it must be a whole number");
        if (number < least || number > most)
            throw Wrong(
                key,
                $"is {number}; it must be at least {least}{(most == int.MaxValue ? "" : $" and at most {most}")}"
            );
        return number;
    }

    private double ParseNumber(string key, string text, SettingRange range, RecipeNode? node = null)
    {
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number)
        )
            throw At($"is '{text}'; it must be a number");
        return range.Holds(number) ? number : throw At($"is {text}; it must be {range}");

        ConcordException At(string what) => node is null ? Wrong(key, what) : Wrong(node, key, what);
    }

    private string Join(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private ConcordException Wrong(string key, string what, string more = "") =>
        Wrong(mapping.Entries.TryGetValue(key, out var entry) ? entry.Value : null, key, what, more);

    private ConcordException Wrong(RecipeNode? node, string key, string what, string more = "") =>
        (node ?? mapping).Where.Error($"{Join(key)} {what}.{more}");

    private static string Shown(string? text) => text is null ? "empty" : $"'{text}'";
}
