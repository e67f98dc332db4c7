using Concord.Foundation;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// The keys of a group. One description of a group serves to read it, to write it and to list its keys: it goes through
/// all keys once, giving each one's value so far (the default, which stands in the record itself) and taking the value
/// back.
/// </summary>
internal interface IRecipeFields
{
    /// <summary>A text.</summary>
    string Text(string key, string value, string about);

    /// <summary>A text that may be absent.</summary>
    string? OptionalText(string key, string? value, string about);

    /// <summary>A whole number in a range, both ends included.</summary>
    int Integer(string key, int value, int least, int most, string about);

    /// <summary>A whole number that may be absent.</summary>
    int? OptionalInteger(string key, int? value, int least, int most, string about);

    /// <summary>A number in a range.</summary>
    double Number(string key, double value, SettingRange range, string about);

    /// <summary>A number that may be absent.</summary>
    double? OptionalNumber(string key, double? value, SettingRange range, string about);

    /// <summary>True or false.</summary>
    bool Flag(string key, bool value, string about);

    /// <summary>One of several names.</summary>
    T Choice<T>(string key, T value, IReadOnlyList<(string Name, T Value)> choices, string about);

    /// <summary>One of several names, or nothing.</summary>
    string? OptionalChoice(string key, string? value, IReadOnlyList<string> choices, string about);

    /// <summary>A list of texts; a single text is a list of one.</summary>
    IReadOnlyList<string> Texts(string key, IReadOnlyList<string> value, string about);

    /// <summary>Numbers by name, the names free.</summary>
    IReadOnlyDictionary<string, double> Numbers(
        string key,
        IReadOnlyDictionary<string, double> value,
        SettingRange range,
        string about
    );

    /// <summary>Texts by name, the names free.</summary>
    IReadOnlyDictionary<string, string> Named(string key, IReadOnlyDictionary<string, string> value, string about);

    /// <summary>A group of keys.</summary>
    T Section<T>(string key, T value, Func<IRecipeFields, T, T> map, string about);

    /// <summary>
    /// A group of keys that may be absent; where it is there, what is not said in it is as in <paramref name="start"/>.
    /// </summary>
    T? OptionalSection<T>(string key, T? value, T start, Func<IRecipeFields, T, T> map, string about)
        where T : class;

    /// <summary>
    /// One of several things by name, each with keys of its own: <c>key: NAME</c>, or <c>key: {NAME: {..}}</c>.
    /// </summary>
    T OneOf<T>(string key, T value, IReadOnlyList<RecipeCase<T>> cases, string about)
        where T : class;

    /// <summary>A list of groups; what is not said in one is as in <paramref name="start"/>.</summary>
    IReadOnlyList<T> Items<T>(string key, IReadOnlyList<T> value, T start, Func<IRecipeFields, T, T> map, string about);
}
