using Concord.Foundation;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// Lists what a description goes through: all keys of a group with their defaults, and what each is for.
/// </summary>
internal sealed class RecipeKeys : IRecipeFields
{
    private readonly List<(string Key, string Default, string About)> listed = [];
    private readonly bool deep;
    private readonly string path;

    private RecipeKeys(bool deep, string path) => (this.deep, this.path) = (deep, path);

    /// <summary>The keys of one group.</summary>
    public static IReadOnlyList<string> Of<T>(T start, Func<IRecipeFields, T, T> map)
    {
        var keys = new RecipeKeys(deep: false, "");
        map(keys, start);
        return [.. keys.listed.Select(one => one.Key)];
    }

    /// <summary>The keys of a group and of all groups inside it, with dots between.</summary>
    public static IReadOnlyList<(string Key, string Default, string About)> Deep<T>(
        T start,
        Func<IRecipeFields, T, T> map
    )
    {
        var keys = new RecipeKeys(deep: true, "");
        map(keys, start);
        return keys.listed;
    }

    /// <inheritdoc />
    public string Text(string key, string value, string about) => Note(key, value, value, about);

    /// <inheritdoc />
    public string? OptionalText(string key, string? value, string about) => Note(key, value, value ?? "", about);

    /// <inheritdoc />
    public int Integer(string key, int value, int least, int most, string about) =>
        Note(key, value, RecipeWriter.Format(value), about);

    /// <inheritdoc />
    public int? OptionalInteger(string key, int? value, int least, int most, string about) =>
        Note(key, value, value is { } set ? RecipeWriter.Format(set) : "", about);

    /// <inheritdoc />
    public double Number(string key, double value, SettingRange range, string about) =>
        Note(key, value, RecipeWriter.Format(value), about);

    /// <inheritdoc />
    public double? OptionalNumber(string key, double? value, SettingRange range, string about) =>
        Note(key, value, value is { } set ? RecipeWriter.Format(set) : "", about);

    /// <inheritdoc />
    public bool Flag(string key, bool value, string about) => Note(key, value, value ? "true" : "false", about);

    /// <inheritdoc />
    public T Choice<T>(string key, T value, IReadOnlyList<(string Name, T Value)> choices, string about) =>
        Note(
            key,
            value,
            choices.FirstOrDefault(choice => Equals(choice.Value, value)).Name,
            $"{about} ({string.Join(", ", choices.Select(choice => choice.Name))})"
        );

    /// <inheritdoc />
    public string? OptionalChoice(string key, string? value, IReadOnlyList<string> choices, string about) =>
        Note(key, value, value ?? "", $"{about} ({string.Join(", ", choices)})");

    /// <inheritdoc />
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> value, string about) =>
        Note(key, value, $"[{string.Join(", ", value)}]", about);

    /// <inheritdoc />
    public IReadOnlyDictionary<string, double> Numbers(
        string key,
        IReadOnlyDictionary<string, double> value,
        SettingRange range,
        string about
    ) => Note(key, value, "", about);

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string> Named(
        string key,
        IReadOnlyDictionary<string, string> value,
        string about
    ) => Note(key, value, "", about);

    /// <inheritdoc />
    public T Section<T>(string key, T value, Func<IRecipeFields, T, T> map, string about) =>
        Group(key, value, value, map, about);

    /// <inheritdoc />
    public T? OptionalSection<T>(string key, T? value, T start, Func<IRecipeFields, T, T> map, string about)
        where T : class
    {
        Group(key, start, start, map, about);
        return value;
    }

    /// <inheritdoc />
    public T OneOf<T>(string key, T value, IReadOnlyList<RecipeCase<T>> cases, string about)
        where T : class
    {
        var names = string.Join(", ", cases.Select(one => one.Name));
        Note(key, value, cases.FirstOrDefault(one => one.Holds(value))?.Name ?? "", $"{about} ({names})");
        if (!deep)
            return value;
        var inner = new RecipeKeys(deep: true, $"{path}{key}.");
        foreach (var one in cases.Where(one => one.HasKeys))
            one.Map(inner, null);
        listed.AddRange(inner.listed);
        return value;
    }

    /// <inheritdoc />
    public IReadOnlyList<T> Items<T>(
        string key,
        IReadOnlyList<T> value,
        T start,
        Func<IRecipeFields, T, T> map,
        string about
    ) => Group($"{key}{(deep ? ".N" : "")}", value, start, map, about);

    private T Note<T>(string key, T value, string shown, string about)
    {
        listed.Add((path + key, shown, about));
        return value;
    }

    private TValue Group<TValue, T>(string key, TValue value, T start, Func<IRecipeFields, T, T> map, string about)
    {
        listed.Add((path + key, "", about));
        if (!deep)
            return value;
        var inner = new RecipeKeys(deep: true, $"{path}{key}.");
        map(inner, start);
        listed.AddRange(inner.listed);
        return value;
    }
}
