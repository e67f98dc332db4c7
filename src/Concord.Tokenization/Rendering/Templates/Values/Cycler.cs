namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary><c>cycler(..)</c>.</summary>
internal sealed class Cycler(IReadOnlyList<object?> items) : IAttributes
{
    private int at;

    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "current" => items[at],
            "next" => new Callable("next", _ => Next()),
            "reset" => new Callable("reset", _ => Reset()),
            _ => null,
        };
        return name is "current" or "next" or "reset";
    }

    private object? Next()
    {
        var item = items[at];
        at = (at + 1) % items.Count;
        return item;
    }

    private object? Reset()
    {
        at = 0;
        return null;
    }
}
