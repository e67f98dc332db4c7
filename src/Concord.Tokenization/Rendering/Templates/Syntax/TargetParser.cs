namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>Where values are put: <c>x</c>, <c>a, (b, c)</c>, <c>ns.x</c>.</summary>
internal sealed class TargetParser(TokenStream tokens, NamesSeen names)
{
    /// <summary>One target, or several with commas.</summary>
    /// <param name="end">The word that comes after them.</param>
    /// <param name="withAttributes">Whether one may be an entry of a namespace.</param>
    public Target Read(string? end, bool withAttributes = false)
    {
        var line = tokens.Line;
        var items = new List<Target>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0)
                tokens.Expect(",");
            if (
                tokens.Current.Kind is TokenKind.BlockEnd
                || tokens.Current.Is(")")
                || end is not null && tokens.Current.IsName(end)
            )
                break;
            items.Add(One(withAttributes));
            if (!tokens.Current.Is(","))
                break;
            isTuple = true;
        }
        if (items.Count == 0)
            throw tokens.Unexpected("a name");
        return isTuple ? new Target(null, null, items, line) : items[0];
    }

    private Target One(bool withAttributes)
    {
        var line = tokens.Line;
        if (tokens.SkipIf("("))
        {
            tokens.Enter();
            var inner = Read(null, withAttributes);
            tokens.Leave();
            tokens.Expect(")");
            return inner;
        }
        var name = tokens.ExpectName();
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
            throw new TemplateException($"nothing can be set in place of '{name}'", line);
        if (withAttributes && tokens.SkipIf("."))
        {
            names.Add(name);
            return new Target(name, tokens.ExpectName(), null, line);
        }
        return new Target(name, null, null, line);
    }
}
