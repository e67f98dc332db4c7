namespace Concord.Tokenization.Rendering.Templates;

/// <summary>Variables of a loop, a macro or the whole; what is not here is looked for outside.</summary>
internal sealed class Scope(Scope? outside)
{
    private readonly Dictionary<string, object?> variables = new(StringComparer.Ordinal);

    public Scope? Outside => outside;

    public object? this[string name]
    {
        set => variables[name] = value;
    }

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outside)
            if (scope.variables.TryGetValue(name, out value))
                return true;
        value = null;
        return false;
    }
}
