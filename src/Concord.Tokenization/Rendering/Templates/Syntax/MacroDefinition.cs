namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>A macro, or the body of a call block.</summary>
internal sealed record MacroDefinition(
    string? Name,
    IReadOnlyList<string> Parameters,
    IReadOnlyList<Expression> Defaults,
    IReadOnlyList<Statement> Body,
    bool TakesMore,
    bool TakesMoreNamed,
    bool TakesCaller
);
