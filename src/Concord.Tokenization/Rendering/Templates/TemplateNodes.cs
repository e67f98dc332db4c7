namespace Concord.Tokenization.Rendering.Templates;

/// <summary>An expression of a template.</summary>
internal abstract record Expression;

/// <summary>A value written in the template.</summary>
internal sealed record LiteralExpression(object? Value) : Expression;

/// <summary>A variable.</summary>
internal sealed record NameExpression(string Name) : Expression;

/// <summary><c>[a, b]</c>.</summary>
internal sealed record ListExpression(IReadOnlyList<Expression> Items) : Expression;

/// <summary><c>{'a': b}</c>.</summary>
internal sealed record DictionaryExpression(IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression;

/// <summary><c>not</c> or <c>-</c> before an operand.</summary>
internal sealed record UnaryExpression(string Sign, Expression Operand) : Expression;

/// <summary>Two operands and what is between them.</summary>
internal sealed record BinaryExpression(string Sign, Expression Left, Expression Right) : Expression;

/// <summary><c>a if b else c</c>.</summary>
internal sealed record ConditionalExpression(Expression Then, Expression Condition, Expression? Else) : Expression;

/// <summary><c>a.name</c>.</summary>
internal sealed record MemberExpression(Expression Target, string Name) : Expression;

/// <summary><c>a[b]</c>.</summary>
internal sealed record ItemExpression(Expression Target, Expression Index) : Expression;

/// <summary><c>a[b:c:d]</c>.</summary>
internal sealed record SliceExpression(Expression Target, Expression? Start, Expression? Stop, Expression? Step)
    : Expression;

/// <summary><c>a(b, c=d)</c>.</summary>
internal sealed record CallExpression(
    Expression Target,
    IReadOnlyList<Expression> Arguments,
    IReadOnlyList<(string Name, Expression Value)> Named
) : Expression;

/// <summary><c>a | name(b)</c>.</summary>
internal sealed record FilterExpression(
    Expression Input,
    string Name,
    IReadOnlyList<Expression> Arguments,
    IReadOnlyList<(string Name, Expression Value)> Named
) : Expression;

/// <summary><c>a is name</c>.</summary>
internal sealed record TestExpression(Expression Input, string Name, Expression? Argument) : Expression;

/// <summary>A statement or stretch of a template.</summary>
internal abstract record Statement;

/// <summary>Text.</summary>
internal sealed record TextStatement(string Text) : Statement;

/// <summary><c>{{ a }}</c>.</summary>
internal sealed record OutputStatement(Expression Value) : Statement;

/// <summary><c>{% set a = b %}</c>, or <c>{% set a.name = b %}</c> for a namespace.</summary>
internal sealed record SetStatement(string Name, string? Member, Expression Value) : Statement;

/// <summary>The first branch whose condition holds; a null condition always does.</summary>
internal sealed record IfStatement(IReadOnlyList<(Expression? Condition, IReadOnlyList<Statement> Body)> Branches)
    : Statement;

/// <summary><c>{% for a in b if c %}</c>.</summary>
internal sealed record ForStatement(
    IReadOnlyList<string> Names,
    Expression Items,
    Expression? Condition,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Otherwise
) : Statement;
