using System.Globalization;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>
/// Reads the expressions of that part of Jinja that chat templates use: one method for each level of precedence, from
/// the weakest to the strongest.
/// </summary>
internal sealed class ExpressionParser
{
    private readonly TemplateTokens tokens;

    private ExpressionParser(TemplateTokens tokens) => this.tokens = tokens;

    /// <summary>An expression at the place of the tokens.</summary>
    public static Expression Parse(TemplateTokens tokens) => new ExpressionParser(tokens).Expression();

    /// <summary>The same without <c>a if b else c</c>: the <c>if</c> after the items of a loop is the loop's.</summary>
    public static Expression ParseUnconditional(TemplateTokens tokens) => new ExpressionParser(tokens).Or();

    private Expression Expression()
    {
        var value = Or();
        while (tokens.Take("if"))
        {
            var condition = Or();
            value = new ConditionalExpression(value, condition, tokens.Take("else") ? Expression() : null);
        }
        return value;
    }

    private Expression Or() => Chain(And, "or");

    private Expression And() => Chain(Not, "and");

    private Expression Not() => tokens.Take("not") ? new UnaryExpression("not", Not()) : Comparison();

    private Expression Comparison()
    {
        var left = Sum();
        for (; ; )
        {
            if (tokens.Peek is "==" or "!=" or "<" or "<=" or ">" or ">=" or "in")
                left = new BinaryExpression(tokens.Next(), left, Sum());
            else if (tokens.Peek == "not" && tokens.Second == "in")
            {
                tokens.Expect("not");
                tokens.Expect("in");
                left = new UnaryExpression("not", new BinaryExpression("in", left, Sum()));
            }
            else
                return left;
        }
    }

    private Expression Sum() => Chain(Joined, "+", "-");

    private Expression Joined() => Chain(Product, "~");

    private Expression Product() => Chain(() => Unary(), "*", "/", "//", "%");

    private Expression Chain(Func<Expression> part, params ReadOnlySpan<string> signs)
    {
        var left = part();
        while (signs.Contains(tokens.Peek))
            left = new BinaryExpression(tokens.Next(), left, part());
        return left;
    }

    private Expression Unary(bool withFilters = true)
    {
        var value =
            tokens.Take("-") ? new UnaryExpression("-", Unary(withFilters: false))
            : tokens.Take("+") ? Unary(withFilters: false)
            : Postfix(Primary());
        return withFilters ? Filters(Postfix(value)) : value;
    }

    private Expression Primary()
    {
        var token = tokens.Next();
        switch (token)
        {
            case "true" or "True":
                return new LiteralExpression(true);
            case "false" or "False":
                return new LiteralExpression(false);
            case "none" or "None":
                return new LiteralExpression(null);
            case "(":
                var inner = Expression();
                if (tokens.Peek == ",")
                    throw new TemplateException("a tuple is not known");
                tokens.Expect(")");
                return inner;
            case "[":
                return new ListExpression(Listed("]", Expression));
            case "{":
                return new DictionaryExpression(
                    Listed(
                        "}",
                        () =>
                        {
                            var key = Expression();
                            tokens.Expect(":");
                            return (key, Expression());
                        }
                    )
                );
        }
        if (token[0] == '\'')
        {
            var text = token[1..];
            while (tokens.Peek.StartsWith('\''))
                text += tokens.Next()[1..];
            return new LiteralExpression(text);
        }
        if (char.IsAsciiDigit(token[0]))
            return new LiteralExpression(Number(token));
        return new NameExpression(TemplateTokens.AsName(token));
    }

    private static object Number(string token)
    {
        if (token.Contains('.'))
            return double.Parse(token, CultureInfo.InvariantCulture);
        return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TemplateException($"the number {token} is too large");
    }

    private List<T> Listed<T>(string close, Func<T> item)
    {
        var items = new List<T>();
        while (!tokens.Take(close))
        {
            items.Add(item());
            if (tokens.Take(","))
                continue;
            tokens.Expect(close);
            break;
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (; ; )
        {
            if (tokens.Take("."))
                value = char.IsAsciiDigit(tokens.Peek.FirstOrDefault())
                    ? new ItemExpression(value, Primary())
                    : new MemberExpression(value, tokens.Name());
            else if (tokens.Take("["))
                value = Subscript(value);
            else if (tokens.Peek == "(")
            {
                var (arguments, named) = Arguments();
                value = new CallExpression(value, arguments, named);
            }
            else
                return value;
        }
    }

    private Expression Subscript(Expression target)
    {
        Expression? Part() => tokens.Peek is ":" or "]" ? null : Expression();
        var start = Part();
        if (!tokens.Take(":"))
        {
            tokens.Expect("]");
            return new ItemExpression(target, start ?? throw new TemplateException("'[]' is empty"));
        }
        var stop = Part();
        var step = tokens.Take(":") ? Part() : null;
        tokens.Expect("]");
        return new SliceExpression(target, start, stop, step);
    }

    private (List<Expression> Arguments, List<(string, Expression)> Named) Arguments()
    {
        var (arguments, named) = (new List<Expression>(), new List<(string, Expression)>());
        if (!tokens.Take("("))
            return (arguments, named);
        Listed(
            ")",
            () =>
            {
                if (tokens.Second == "=")
                {
                    var name = tokens.Name();
                    tokens.Expect("=");
                    named.Add((name, Expression()));
                }
                else
                    arguments.Add(Expression());
                return 0;
            }
        );
        return (arguments, named);
    }

    private Expression Filters(Expression value)
    {
        for (; ; )
        {
            if (tokens.Take("|"))
            {
                var name = tokens.Name();
                var (arguments, named) = Arguments();
                value = new FilterExpression(value, name, arguments, named);
            }
            else if (tokens.Take("is"))
            {
                var negative = tokens.Take("not");
                var name = tokens.Name();
                var argument = name is "divisibleby" or "equalto" or "eq" or "ne" or "in"
                    ? Unary(withFilters: false)
                    : null;
                value = new TestExpression(value, name, argument);
                if (negative)
                    value = new UnaryExpression("not", value);
            }
            else
                return value;
        }
    }
}
