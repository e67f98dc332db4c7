namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>Names and literals, and what may follow them: items, attributes, calls, filters, tests.</summary>
internal sealed class PrimaryParser(TokenStream tokens, NamesSeen names, ExpressionParser expressions)
{
    public Expression Read()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Take();
                return Named(token);
            case TokenKind.Text:
                var text = tokens.Take().Text;
                if (tokens.Current.Kind == TokenKind.Text)
                {
                    var parts = new System.Text.StringBuilder(text);
                    while (tokens.Current.Kind == TokenKind.Text)
                        parts.Append(tokens.Take().Text);
                    text = parts.ToString();
                }
                return new ConstantExpression(text, token.Line);
            case TokenKind.Integer or TokenKind.Float:
                return new ConstantExpression(tokens.Take().Value, token.Line);
        }
        if (tokens.SkipIf("("))
        {
            tokens.Enter();
            var inner = expressions.Whole(inParentheses: true);
            tokens.Leave();
            tokens.Expect(")");
            return inner;
        }
        if (tokens.SkipIf("["))
            return List(token.Line);
        if (tokens.SkipIf("{"))
            return Mapping(token.Line);
        throw new TemplateException($"{token.Shown} is not expected there", token.Line);
    }

    private Expression Named(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new ConstantExpression(true, token.Line);
            case "false" or "False":
                return new ConstantExpression(false, token.Line);
            case "none" or "None":
                return new ConstantExpression(null, token.Line);
            default:
                names.Add(token.Text);
                return new NameExpression(token.Text, token.Line);
        }
    }

    private SequenceExpression List(int line)
    {
        var items = new List<Expression>();
        while (!tokens.Current.Is("]"))
        {
            if (items.Count > 0)
                tokens.Expect(",");
            if (tokens.Current.Is("]"))
                break;
            items.Add(expressions.Read());
        }
        tokens.Expect("]");
        return new SequenceExpression(items, false, line);
    }

    private MappingExpression Mapping(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!tokens.Current.Is("}"))
        {
            if (items.Count > 0)
                tokens.Expect(",");
            if (tokens.Current.Is("}"))
                break;
            var key = expressions.Read();
            tokens.Expect(":");
            items.Add((key, expressions.Read()));
        }
        tokens.Expect("}");
        return new MappingExpression(items, line);
    }

    /// <summary>Attributes, items and calls.</summary>
    public Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = tokens.Line;
            if (tokens.SkipIf("."))
                value = Attribute(value, line);
            else if (tokens.SkipIf("["))
                value = Item(value, line);
            else if (tokens.Current.Is("("))
                value = new CallExpression(value, Arguments(), line);
            else
                return value;
        }
    }

    private Expression Attribute(Expression value, int line)
    {
        var token = tokens.Take();
        return token.Kind switch
        {
            TokenKind.Name => new AttributeExpression(value, token.Text, line),
            TokenKind.Integer => new ItemExpression(value, new ConstantExpression(token.Value, line), line),
            _ => throw new TemplateException($"{token.Shown} where a name or a number was expected", token.Line),
        };
    }

    private ItemExpression Item(Expression value, int line)
    {
        var items = new List<Expression>();
        while (!tokens.Current.Is("]"))
        {
            if (items.Count > 0)
                tokens.Expect(",");
            items.Add(Subscript());
        }
        tokens.Expect("]");
        return new ItemExpression(value, items.Count == 1 ? items[0] : new SequenceExpression(items, true, line), line);
    }

    private Expression Subscript()
    {
        var line = tokens.Line;
        Expression? start = null;
        if (!tokens.SkipIf(":"))
        {
            start = expressions.Read();
            if (!tokens.SkipIf(":"))
                return start;
        }
        bool Ends() => tokens.Current.Is("]") || tokens.Current.Is(",");
        var stop = tokens.Current.Is(":") || Ends() ? null : expressions.Read();
        var step = tokens.SkipIf(":") && !Ends() ? expressions.Read() : null;
        return new SliceExpression(start, stop, step, line);
    }

    public CallArguments Arguments()
    {
        var line = tokens.Line;
        tokens.Expect("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null;
        Expression? spreadNamed = null;
        var first = true;
        while (!tokens.Current.Is(")"))
        {
            if (!first)
            {
                tokens.Expect(",");
                if (tokens.Current.Is(")"))
                    break;
            }
            first = false;
            var isNamed = tokens.Current.Kind == TokenKind.Name && tokens.Next.Is("=");
            if (
                spreadNamed is not null
                || spread is not null && !isNamed && !tokens.Current.Is("**")
                || named.Count > 0 && !isNamed && !tokens.Current.Is("*") && !tokens.Current.Is("**")
            )
                throw new TemplateException("the arguments of a call are out of order", line);
            if (tokens.SkipIf("*"))
                spread = expressions.Read();
            else if (tokens.SkipIf("**"))
                spreadNamed = expressions.Read();
            else if (isNamed)
            {
                var name = tokens.Take().Text;
                tokens.Take();
                if (named.Exists(entry => entry.Item1 == name))
                    throw new TemplateException($"the argument '{name}' is given twice", line);
                named.Add((name, expressions.Read()));
            }
            else
                positional.Add(expressions.Read());
        }
        tokens.Expect(")");
        return new CallArguments(positional, named, spread, spreadNamed);
    }

    /// <summary>Filters, tests and calls of what they give.</summary>
    public Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is("|"))
                value = Filters(value, false)!;
            else if (tokens.Current.IsName("is"))
                value = Test(value);
            else if (tokens.Current.Is("("))
                value = new CallExpression(value, Arguments(), tokens.Line);
            else
                return value;
        }
    }

    public Expression? Filters(Expression? value, bool first)
    {
        while (first || tokens.Current.Is("|"))
        {
            if (!first)
                tokens.Take();
            first = false;
            var line = tokens.Line;
            var name = DottedName();
            tokens.Unknown.Filter(name, line);
            value = new FilterExpression(value, name, tokens.Current.Is("(") ? Arguments() : CallArguments.None, line);
        }
        return value;
    }

    private string DottedName()
    {
        var name = tokens.ExpectName();
        while (tokens.SkipIf("."))
            name += "." + tokens.ExpectName();
        return name;
    }

    private Expression Test(Expression value)
    {
        var line = tokens.Take().Line;
        var negated = tokens.SkipName("not");
        var name = DottedName();
        tokens.Unknown.Test(name, line);
        var arguments = CallArguments.None;
        if (tokens.Current.Is("("))
            arguments = Arguments();
        else if (BeginsArgument())
        {
            if (tokens.Current.IsName("is"))
                throw new TemplateException("tests cannot be chained with 'is'", tokens.Line);
            arguments = new CallArguments([Postfix(Read())], [], null, null);
        }
        Expression test = new TestExpression(value, name, arguments, line);
        return negated ? new UnaryExpression("not", test, line) : test;
    }

    private bool BeginsArgument() =>
        tokens.Current switch
        {
            { Kind: TokenKind.Name, Text: "else" or "or" or "and" } => false,
            { Kind: TokenKind.Name or TokenKind.Text or TokenKind.Integer or TokenKind.Float } => true,
            { Kind: TokenKind.Operator, Text: "[" or "{" } => true,
            _ => false,
        };
}
