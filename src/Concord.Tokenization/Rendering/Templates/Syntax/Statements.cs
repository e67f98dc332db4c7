namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>A piece of a template.</summary>
internal abstract record Statement(int Line);

internal sealed record DataStatement(string Text, int Line) : Statement(Line);

internal sealed record OutputStatement(IReadOnlyList<Expression> Values, int Line) : Statement(Line);

internal sealed record IfStatement(
    IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches,
    IReadOnlyList<Statement> Else,
    int Line
) : Statement(Line);

internal sealed record ForStatement(
    Target Target,
    Expression Items,
    Expression? Test,
    bool IsRecursive,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Else,
    int Line
) : Statement(Line);

internal sealed record SetStatement(Target Target, Expression Value, int Line) : Statement(Line);

internal sealed record SetBlockStatement(
    Target Target,
    FilterExpression? Filter,
    IReadOnlyList<Statement> Body,
    int Line
) : Statement(Line);

internal sealed record MacroStatement(MacroDefinition Macro, int Line) : Statement(Line);

internal sealed record CallStatement(MacroDefinition Caller, CallExpression Call, int Line) : Statement(Line);

internal sealed record FilterStatement(FilterExpression Filter, IReadOnlyList<Statement> Body, int Line)
    : Statement(Line);

internal sealed record WithStatement(
    IReadOnlyList<(Target Target, Expression Value)> Values,
    IReadOnlyList<Statement> Body,
    int Line
) : Statement(Line);

internal sealed record BlockStatement(string Name, bool IsScoped, IReadOnlyList<Statement> Body, int Line)
    : Statement(Line);

internal sealed record GenerationStatement(IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record BreakStatement(int Line) : Statement(Line);

internal sealed record ContinueStatement(int Line) : Statement(Line);

/// <summary>Prints texts escaped for HTML, or not.</summary>
internal sealed record AutoescapeStatement(Expression On, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>A statement that is an error where it is reached: it needs other templates.</summary>
internal sealed record RefusedStatement(string Name, string Why, int Line) : Statement(Line);
