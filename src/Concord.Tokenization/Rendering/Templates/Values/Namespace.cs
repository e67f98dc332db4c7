namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary><c>namespace(..)</c>: what loops and macros may set for the outside.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Members { get; } = [];
}
