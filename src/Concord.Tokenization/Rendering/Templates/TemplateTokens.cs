namespace Concord.Tokenization.Rendering.Templates;

/// <summary>The tokens of one <c>{{ .. }}</c> or <c>{% .. %}</c>, read from left to right.</summary>
internal sealed class TemplateTokens(IReadOnlyList<string> tokens)
{
    private int at;

    /// <summary>The next token; empty at the end.</summary>
    public string Peek => Ahead(0);

    /// <summary>The one after it; empty at the end.</summary>
    public string Second => Ahead(1);

    /// <summary>Takes the next token.</summary>
    /// <exception cref="TemplateException">There is none.</exception>
    public string Next() =>
        at < tokens.Count ? tokens[at++] : throw new TemplateException("an expression ends too early");

    /// <summary>Takes the next token if it is the given one.</summary>
    public bool Take(string token)
    {
        if (Peek != token)
            return false;
        at++;
        return true;
    }

    /// <summary>Takes the given token.</summary>
    /// <exception cref="TemplateException">Another one is next.</exception>
    public void Expect(string token)
    {
        if (!Take(token))
            throw new TemplateException($"'{token}' was expected, not '{Peek}'");
    }

    /// <summary>Takes a name.</summary>
    /// <exception cref="TemplateException">Something else is next.</exception>
    public string Name()
    {
        var name = AsName(Peek);
        at++;
        return name;
    }

    /// <summary>A token that must be a name.</summary>
    /// <exception cref="TemplateException">It is none.</exception>
    public static string AsName(string token) =>
        token.Length > 0 && (char.IsAsciiLetter(token[0]) || token[0] == '_')
            ? token
            : throw new TemplateException($"a name was expected, not '{token}'");

    /// <summary>Nothing may be left.</summary>
    /// <exception cref="TemplateException">Something is.</exception>
    public void End()
    {
        if (at < tokens.Count)
            throw new TemplateException($"'{Peek}' was not expected");
    }

    private string Ahead(int count) => at + count < tokens.Count ? tokens[at + count] : "";
}
