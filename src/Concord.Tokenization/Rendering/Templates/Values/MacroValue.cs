using Concord.Tokenization.Rendering.Templates.Syntax;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>A macro, with the variables around its definition.</summary>
/// <param name="Definition">What it says.</param>
/// <param name="Scope">What it sees.</param>
internal sealed record MacroValue(MacroDefinition Definition, Scope Scope) : IAttributes
{
    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "name" => Definition.Name,
            "arguments" => Sequence.Tuple([.. Definition.Parameters]),
            "catch_kwargs" => Definition.TakesMoreNamed,
            "catch_varargs" => Definition.TakesMore,
            "caller" => Definition.TakesCaller,
            _ => null,
        };
        return name is "name" or "arguments" or "catch_kwargs" or "catch_varargs" or "caller";
    }
}
