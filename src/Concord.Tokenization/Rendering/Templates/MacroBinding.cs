using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>What a macro's parameters are when it is called.</summary>
internal sealed class MacroBinding(MacroValue macro, Arguments arguments, Evaluator evaluator)
{
    /// <summary>A scope with them in it.</summary>
    public Scope Scope()
    {
        var definition = macro.Definition;
        var scope = new Scope(macro.Scope);
        var named = arguments.Named.ToList();
        object? Take(string name, out bool found)
        {
            var at = named.FindIndex(entry => entry.Key == name);
            found = at >= 0;
            if (!found)
                return null;
            var value = named[at].Value;
            named.RemoveAt(at);
            return value;
        }
        var required = definition.Parameters.Count - definition.Defaults.Count;
        for (var at = 0; at < definition.Parameters.Count; at++)
        {
            var name = definition.Parameters[at];
            var isGiven = at < arguments.Positional.Count;
            var value = isGiven ? arguments.Positional[at] : Take(name, out isGiven);
            if (!isGiven)
                value =
                    at >= required
                        ? evaluator.Value(definition.Defaults[at - required], scope)
                        : new Undefined($"parameter '{name}' was not provided");
            scope[name] = value;
        }
        if (definition.TakesCaller && !definition.Parameters.Contains("caller"))
        {
            var caller = Take("caller", out var isCalled);
            scope["caller"] = isCalled ? caller : new Undefined("no caller is defined");
        }
        More(scope, named);
        return scope;
    }

    private void More(Scope scope, List<KeyValuePair<string, object?>> named)
    {
        var definition = macro.Definition;
        var name = definition.Name is null ? "a call block" : $"the macro '{definition.Name}'";
        if (definition.TakesMoreNamed)
            scope["kwargs"] = named.Aggregate(new Mapping(), (made, entry) => made.With(entry.Key, entry.Value));
        else if (named.Count > 0)
            throw new TemplateException($"{name} knows no argument '{named[0].Key}', or has it already");
        if (definition.TakesMore)
            scope["varargs"] = Sequence.Tuple([.. arguments.Positional.Skip(definition.Parameters.Count)]);
        else if (arguments.Positional.Count > definition.Parameters.Count)
            throw new TemplateException($"{name} takes {definition.Parameters.Count} arguments at most");
    }
}
