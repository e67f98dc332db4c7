namespace Concord.Runs.Recipes.Yaml;

/// <summary>One of the things that a key chooses from by name, with keys of its own.</summary>
/// <param name="Name">Its name, which is the key of the group of its keys.</param>
/// <param name="Holds">Whether a value is of this kind.</param>
/// <param name="Map">
/// Goes through its keys: a section or numbers named as itself, starting from the value where it is of this kind, from
/// the defaults where it is null.
/// </param>
/// <param name="HasKeys">Whether it has any.</param>
/// <typeparam name="T">What is chosen.</typeparam>
internal sealed record RecipeCase<T>(
    string Name,
    Func<T, bool> Holds,
    Func<IRecipeFields, T?, T> Map,
    bool HasKeys = true
)
    where T : class;
