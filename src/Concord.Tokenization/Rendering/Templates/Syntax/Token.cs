namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text: of data and strings what they stand for, of all others as written.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Value">The number, of a number.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Value = null)
{
    /// <summary>Whether it is this sign.</summary>
    public bool Is(string sign) => Kind == TokenKind.Operator && Text == sign;

    /// <summary>Whether it is this word.</summary>
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    /// <summary>It, for an error.</summary>
    public string Shown =>
        Kind switch
        {
            TokenKind.End => "the end of the template",
            TokenKind.BlockEnd => "'%}'",
            TokenKind.OutputEnd => "'}}'",
            TokenKind.Data => "text",
            _ => Text.Length <= 40 ? $"'{Text}'" : "a long text",
        };
}
