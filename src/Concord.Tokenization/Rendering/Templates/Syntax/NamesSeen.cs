namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>The names that stretches of a template use: a macro's body, the whole.</summary>
internal sealed class NamesSeen
{
    private readonly List<HashSet<string>> open = [];

    /// <summary>Begins a stretch.</summary>
    public void Begin() => open.Add([]);

    /// <summary>Ends it.</summary>
    public IReadOnlySet<string> End()
    {
        var seen = open[^1];
        open.RemoveAt(open.Count - 1);
        if (open.Count > 0)
            open[^1].UnionWith(seen);
        return seen;
    }

    /// <summary>A name is used.</summary>
    public void Add(string name)
    {
        if (open.Count > 0)
            open[^1].Add(name);
    }
}
