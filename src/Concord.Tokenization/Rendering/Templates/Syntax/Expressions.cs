namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>An expression of a template.</summary>
/// <param name="Line">Its line, from 1.</param>
internal abstract record Expression(int Line);

internal sealed record ConstantExpression(object? Value, int Line) : Expression(Line);

internal sealed record NameExpression(string Name, int Line) : Expression(Line);

/// <summary>A list, or a tuple.</summary>
internal sealed record SequenceExpression(IReadOnlyList<Expression> Items, bool IsTuple, int Line) : Expression(Line);

internal sealed record MappingExpression(IReadOnlyList<(Expression Key, Expression Value)> Items, int Line)
    : Expression(Line);

/// <summary><c>-x</c>, <c>+x</c> or <c>not x</c>.</summary>
internal sealed record UnaryExpression(string Sign, Expression Operand, int Line) : Expression(Line);

/// <summary>Arithmetic, <c>and</c>, <c>or</c>.</summary>
internal sealed record BinaryExpression(string Sign, Expression Left, Expression Right, int Line) : Expression(Line);

/// <summary><c>a ~ b ~ c</c>.</summary>
internal sealed record ConcatExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>a &lt; b &lt; c</c>: each is compared with the one before.</summary>
internal sealed record CompareExpression(
    Expression First,
    IReadOnlyList<(string Sign, Expression Operand)> Rest,
    int Line
) : Expression(Line);

internal sealed record ConditionalExpression(Expression Test, Expression Then, Expression? Else, int Line)
    : Expression(Line);

/// <summary><c>x.name</c>: an attribute, else an entry.</summary>
internal sealed record AttributeExpression(Expression Target, string Name, int Line) : Expression(Line);

/// <summary><c>x[index]</c>: an entry, else an attribute.</summary>
internal sealed record ItemExpression(Expression Target, Expression Index, int Line) : Expression(Line);

internal sealed record SliceExpression(Expression? Start, Expression? Stop, Expression? Step, int Line)
    : Expression(Line);

internal sealed record CallExpression(Expression Target, CallArguments Arguments, int Line) : Expression(Line);

/// <summary><c>x | name(..)</c>; without an input in <c>{% filter %}</c> and <c>{% set x | name %}</c>.</summary>
internal sealed record FilterExpression(Expression? Input, string Name, CallArguments Arguments, int Line)
    : Expression(Line);

internal sealed record TestExpression(Expression Input, string Name, CallArguments Arguments, int Line)
    : Expression(Line);

/// <summary>What a call is given.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<(string Name, Expression Value)> Named,
    Expression? Spread,
    Expression? SpreadNamed
)
{
    public static CallArguments None { get; } = new([], [], null, null);
}
