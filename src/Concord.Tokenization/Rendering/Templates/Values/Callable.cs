namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>What can be called: a function of the surroundings, or a method with its value.</summary>
internal sealed record Callable(string Name, Func<Arguments, object?> Call);
