namespace Concord.Runs.Recipes;

/// <summary>An override (<c>key=value</c>) of a recipe that is wrong, where the recipe itself is not.</summary>
/// <param name="message">A sentence saying what is wrong and what to write instead.</param>
public sealed class RecipeOverrideException(string message) : ConcordException(message);
