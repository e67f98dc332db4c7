namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>Where a value is put: a name, an entry of a namespace, or several of them.</summary>
internal sealed record Target(string? Name, string? Attribute, IReadOnlyList<Target>? Items, int Line);
