namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>Expressions, with Jinja's precedence: from conditional down to power and sign.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream tokens;
    private readonly PrimaryParser primary;

    public ExpressionParser(TokenStream tokens, NamesSeen names)
    {
        this.tokens = tokens;
        primary = new PrimaryParser(tokens, names, this);
    }

    /// <summary>A name, a literal or what stands in brackets.</summary>
    public Expression Primary() => primary.Read();

    public CallArguments Arguments() => primary.Arguments();

    /// <summary>The filters behind a value, or none.</summary>
    public Expression? Filters(Expression? input, bool first = false) => primary.Filters(input, first);

    /// <summary>An expression, or a tuple where commas follow.</summary>
    public Expression Whole(bool withCondition = true, string? end = null, bool inParentheses = false)
    {
        var line = tokens.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0)
                tokens.Expect(",");
            if (IsTupleEnd(end))
                break;
            items.Add(withCondition ? Read() : Or());
            if (!tokens.Current.Is(","))
                break;
            isTuple = true;
        }
        if (!isTuple && items.Count == 1)
            return items[0];
        if (!isTuple && !inParentheses)
            throw tokens.Unexpected("an expression");
        return new SequenceExpression(items, true, line);
    }

    private bool IsTupleEnd(string? end) =>
        tokens.Current.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd
        || tokens.Current.Is(")")
        || end is not null && tokens.Current.IsName(end);

    public Expression Read()
    {
        tokens.Enter();
        var line = tokens.Line;
        var before = tokens.Unknown.Count;
        var value = Or();
        var isConditional = false;
        while (tokens.SkipName("if"))
        {
            isConditional = true;
            var test = Or();
            var otherwise = tokens.SkipName("else") ? Read() : null;
            value = new ConditionalExpression(test, value, otherwise, line);
            line = tokens.Line;
        }
        if (isConditional)
            tokens.Unknown.Forgive(before);
        tokens.Leave();
        return value;
    }

    /// <summary>An expression that is no conditional one.</summary>
    public Expression Or()
    {
        var left = And();
        while (tokens.Current.IsName("or"))
        {
            var line = tokens.Take().Line;
            left = new BinaryExpression("or", left, And(), line);
        }
        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (tokens.Current.IsName("and"))
        {
            var line = tokens.Take().Line;
            left = new BinaryExpression("and", left, Not(), line);
        }
        return left;
    }

    private Expression Not()
    {
        if (!tokens.Current.IsName("not"))
            return Compare();
        tokens.Enter();
        var line = tokens.Take().Line;
        var value = new UnaryExpression("not", Not(), line);
        tokens.Leave();
        return value;
    }

    private Expression Compare()
    {
        var line = tokens.Line;
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" } sign)
            {
                tokens.Take();
                rest.Add((sign.Text, Sum()));
            }
            else if (tokens.SkipName("in"))
                rest.Add(("in", Sum()));
            else if (tokens.Current.IsName("not") && tokens.Next.IsName("in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", Sum()));
            }
            else
                return rest.Count == 0 ? first : new CompareExpression(first, rest, line);
        }
    }

    private Expression Sum()
    {
        var left = Concat();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "+" or "-" } sign)
        {
            tokens.Take();
            left = new BinaryExpression(sign.Text, left, Concat(), sign.Line);
        }
        return left;
    }

    private Expression Concat()
    {
        var line = tokens.Line;
        var first = Product();
        if (!tokens.Current.Is("~"))
            return first;
        var items = new List<Expression> { first };
        while (tokens.SkipIf("~"))
            items.Add(Product());
        return new ConcatExpression(items, line);
    }

    private Expression Product()
    {
        var left = Power();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" } sign)
        {
            tokens.Take();
            left = new BinaryExpression(sign.Text, left, Power(), sign.Line);
        }
        return left;
    }

    private Expression Power()
    {
        var left = Unary(true);
        while (tokens.Current.Is("**"))
        {
            var line = tokens.Take().Line;
            left = new BinaryExpression("**", left, Unary(true), line);
        }
        return left;
    }

    private Expression Unary(bool withFilters)
    {
        Expression value;
        if (tokens.Current is { Kind: TokenKind.Operator, Text: "-" or "+" } sign)
        {
            tokens.Enter();
            tokens.Take();
            value = new UnaryExpression(sign.Text, Unary(false), sign.Line);
            tokens.Leave();
        }
        else
            value = primary.Read();
        value = primary.Postfix(value);
        return withFilters ? primary.FiltersAndTests(value) : value;
    }
}
