namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>The tokens of a template, one after the other, and how deep the parser is in them.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens, int maximumDepth)
{
    /// <summary>The filters and tests that are not known.</summary>
    public UnknownNames Unknown { get; } = new();

    private int at;
    private int depth;

    public Token Current => tokens[at];

    public Token Next => tokens[Math.Min(at + 1, tokens.Count - 1)];

    public int Line => Current.Line;

    /// <summary>The current token, past which the stream goes.</summary>
    public Token Take() => at < tokens.Count - 1 ? tokens[at++] : tokens[at];

    public bool SkipIf(string sign)
    {
        if (!Current.Is(sign))
            return false;
        at++;
        return true;
    }

    public bool SkipName(string name)
    {
        if (!Current.IsName(name))
            return false;
        at++;
        return true;
    }

    public void Expect(string sign)
    {
        if (!SkipIf(sign))
            throw Unexpected($"'{sign}'");
    }

    public string ExpectName() => Current.Kind == TokenKind.Name ? Take().Text : throw Unexpected("a name");

    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
            throw Unexpected(
                kind == TokenKind.BlockEnd ? "'%}'"
                : kind == TokenKind.OutputEnd ? "'}}'"
                : $"{kind}"
            );
        Take();
    }

    public TemplateException Unexpected(string wanted) => new($"{Current.Shown} where {wanted} was expected", Line);

    /// <summary>Goes one level down; <see cref="Leave"/> goes up again.</summary>
    public void Enter()
    {
        if (
            ++depth > maximumDepth
            || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()
        )
            throw new TemplateException($"it is nested deeper than {maximumDepth} levels", Line) { IsLimit = true };
    }

    public void Leave() => depth--;
}
