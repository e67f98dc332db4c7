namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>What a function is called with.</summary>
/// <param name="Positional">By place.</param>
/// <param name="Named">By name, in the order given.</param>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyList<KeyValuePair<string, object?>> Named)
{
    public static Arguments None { get; } = new([], []);

    /// <summary>The arguments by a function's parameters.</summary>
    /// <param name="function">Its name, for errors.</param>
    /// <param name="parameters">Names in order; one that ends in '?' may be left out.</param>
    public BoundArguments Bind(string function, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
            throw new TemplateException(
                $"{function} takes {parameters.Length} arguments at most, and {Positional.Count} are given"
            );
        var values = new object?[parameters.Length];
        var given = new bool[parameters.Length];
        for (var place = 0; place < Positional.Count; place++)
            (values[place], given[place]) = (Positional[place], true);
        foreach (var (name, value) in Named)
        {
            var place = -1;
            for (var i = 0; i < parameters.Length; i++)
                if (parameters[i].TrimEnd('?') == name)
                    place = i;
            if (place < 0)
                throw new TemplateException($"{function} knows no argument '{name}'");
            if (given[place])
                throw new TemplateException($"{function} is given '{name}' twice");
            (values[place], given[place]) = (value, true);
        }
        for (var place = 0; place < parameters.Length; place++)
            if (!given[place] && !parameters[place].EndsWith('?'))
                throw new TemplateException($"{function} needs the argument '{parameters[place]}'");
        return new BoundArguments(function, values, given);
    }
}
