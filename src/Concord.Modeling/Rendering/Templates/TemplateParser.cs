using System.Globalization;

namespace Concord.Modeling.Rendering.Templates;

/// <summary>Reads the part of Jinja that chat templates use; what it does not know it refuses by name.</summary>
internal sealed class TemplateParser
{
    private readonly List<Chunk> chunks;
    private int chunk;
    private List<string> tokens = [];
    private int at;

    private TemplateParser(string template) => chunks = TemplateLexer.Cut(template);

    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new TemplateParser(template);
        var body = parser.Body();
        return parser.chunk == parser.chunks.Count ? body : throw new TemplateException($"the statement '{parser.Peek}' stands alone");
    }

    private string Peek => at < tokens.Count ? tokens[at] : "";

    private bool Take(string token)
    {
        if (Peek != token) return false;
        at++;
        return true;
    }

    private void Expect(string token)
    {
        if (!Take(token)) throw new TemplateException($"'{token}' was expected, not '{Peek}'");
    }

    private string Name() =>
        Peek.Length > 0 && (char.IsAsciiLetter(Peek[0]) || Peek[0] == '_') ? tokens[at++] : throw new TemplateException($"a name was expected, not '{Peek}'");

    private void End()
    {
        if (at < tokens.Count) throw new TemplateException($"'{Peek}' was not expected");
    }

    /// <summary>Statements up to one that ends or continues the block around them, which is left to be looked at.</summary>
    private List<Statement> Body()
    {
        var body = new List<Statement>();
        for (; chunk < chunks.Count; chunk++)
        {
            var (kind, content) = chunks[chunk];
            if (kind == ChunkKind.Text)
            {
                body.Add(new TextStatement(content));
                continue;
            }
            (tokens, at) = (TemplateLexer.Tokens(content), 0);
            if (kind == ChunkKind.Output)
            {
                body.Add(new OutputStatement(Expression()));
                End();
                continue;
            }
            switch (Peek)
            {
                case "elif" or "else" or "endif" or "endfor" or "endgeneration": return body;
                case "set": body.Add(Set()); break;
                case "if": body.Add(If()); break;
                case "for": body.Add(For()); break;
                case "generation": // marks what the model wrote; writes nothing itself
                    chunk++;
                    body.AddRange(Body());
                    Close("endgeneration");
                    break;
                default: throw new TemplateException($"the statement '{Peek}' is not known");
            }
        }
        return body;
    }

    private void Close(string statement)
    {
        if (chunk >= chunks.Count || Peek != statement) throw new TemplateException($"'{statement}' is missing");
        at++;
        End();
    }

    private SetStatement Set()
    {
        at++;
        var name = Name();
        var member = Take(".") ? Name() : null;
        Expect("=");
        var value = Expression();
        End();
        return new SetStatement(name, member, value);
    }

    private IfStatement If()
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        for (var more = true; more;)
        {
            Expression? condition = null;
            if (tokens[at++] == "else") more = false;
            else condition = Expression();
            End();
            chunk++;
            branches.Add((condition, Body()));
            if (chunk < chunks.Count && Peek == "endif") more = false;
            else if (!more || chunk >= chunks.Count || Peek is not ("elif" or "else")) throw new TemplateException("'endif' is missing");
        }
        Close("endif");
        return new IfStatement(branches);
    }

    private ForStatement For()
    {
        at++;
        var names = new List<string> { Name() };
        while (Take(",")) names.Add(Name());
        Expect("in");
        var items = Or();
        var condition = Take("if") ? Expression() : null;
        End();
        chunk++;
        var body = Body();
        IReadOnlyList<Statement> otherwise = [];
        if (chunk < chunks.Count && Peek == "else")
        {
            chunk++;
            otherwise = Body();
        }
        Close("endfor");
        return new ForStatement(names, items, condition, body, otherwise);
    }

    private Expression Expression()
    {
        var value = Or();
        while (Take("if"))
        {
            var condition = Or();
            value = new ConditionalExpression(value, condition, Take("else") ? Expression() : null);
        }
        return value;
    }

    private Expression Or() => Chain(And, "or");

    private Expression And() => Chain(Not, "and");

    private Expression Not() => Take("not") ? new UnaryExpression("not", Not()) : Comparison();

    private Expression Comparison()
    {
        var left = Sum();
        for (; ; )
        {
            if (Peek is "==" or "!=" or "<" or "<=" or ">" or ">=" or "in") left = new BinaryExpression(tokens[at++], left, Sum());
            else if (Peek == "not" && at + 1 < tokens.Count && tokens[at + 1] == "in")
            {
                at += 2;
                left = new UnaryExpression("not", new BinaryExpression("in", left, Sum()));
            }
            else return left;
        }
    }

    private Expression Sum() => Chain(Joined, "+", "-");

    private Expression Joined() => Chain(Product, "~");

    private Expression Product() => Chain(() => Unary(), "*", "/", "//", "%");

    private Expression Chain(Func<Expression> part, params ReadOnlySpan<string> signs)
    {
        var left = part();
        while (signs.Contains(Peek)) left = new BinaryExpression(tokens[at++], left, part());
        return left;
    }

    private Expression Unary(bool withFilters = true)
    {
        var value = Take("-") ? new UnaryExpression("-", Unary(withFilters: false)) : Take("+") ? Unary(withFilters: false) : Postfix(Primary());
        return withFilters ? Filters(Postfix(value)) : value;
    }

    private Expression Primary()
    {
        var token = at < tokens.Count ? tokens[at++] : throw new TemplateException("an expression ends too early");
        switch (token)
        {
            case "true" or "True": return new LiteralExpression(true);
            case "false" or "False": return new LiteralExpression(false);
            case "none" or "None": return new LiteralExpression(null);
            case "(":
                var inner = Expression();
                if (Peek == ",") throw new TemplateException("a tuple is not known");
                Expect(")");
                return inner;
            case "[": return new ListExpression(Listed("]", Expression));
            case "{":
                return new DictionaryExpression(Listed("}", () =>
                {
                    var key = Expression();
                    Expect(":");
                    return (key, Expression());
                }));
        }
        if (token[0] == '\'')
        {
            var text = token[1..];
            while (Peek.StartsWith('\'')) text += tokens[at++][1..];
            return new LiteralExpression(text);
        }
        if (char.IsAsciiDigit(token[0])) return new LiteralExpression(Number(token));
        at--;
        return new NameExpression(Name());
    }

    private static object Number(string token)
    {
        if (token.Contains('.')) return double.Parse(token, CultureInfo.InvariantCulture);
        return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TemplateException($"the number {token} is too large");
    }

    private List<T> Listed<T>(string close, Func<T> item)
    {
        var items = new List<T>();
        while (!Take(close))
        {
            items.Add(item());
            if (Take(",")) continue;
            Expect(close);
            break;
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (; ; )
        {
            if (Take(".")) value = char.IsAsciiDigit(Peek.FirstOrDefault()) ? new ItemExpression(value, Primary()) : new MemberExpression(value, Name());
            else if (Take("[")) value = Subscript(value);
            else if (Peek == "(")
            {
                var (arguments, named) = Arguments();
                value = new CallExpression(value, arguments, named);
            }
            else return value;
        }
    }

    private Expression Subscript(Expression target)
    {
        Expression? Part() => Peek is ":" or "]" ? null : Expression();
        var start = Part();
        if (!Take(":"))
        {
            Expect("]");
            return new ItemExpression(target, start ?? throw new TemplateException("'[]' is empty"));
        }
        var stop = Part();
        var step = Take(":") ? Part() : null;
        Expect("]");
        return new SliceExpression(target, start, stop, step);
    }

    private (List<Expression> Arguments, List<(string, Expression)> Named) Arguments()
    {
        var (arguments, named) = (new List<Expression>(), new List<(string, Expression)>());
        if (!Take("(")) return (arguments, named);
        Listed(")", () =>
        {
            if (at + 1 < tokens.Count && tokens[at + 1] == "=")
            {
                var name = Name();
                at++;
                named.Add((name, Expression()));
            }
            else arguments.Add(Expression());
            return 0;
        });
        return (arguments, named);
    }

    private Expression Filters(Expression value)
    {
        for (; ; )
        {
            if (Take("|"))
            {
                var name = Name();
                var (arguments, named) = Arguments();
                value = new FilterExpression(value, name, arguments, named);
            }
            else if (Take("is"))
            {
                var negative = Take("not");
                var name = Name();
                var argument = name is "divisibleby" or "equalto" or "eq" or "ne" or "in" ? Unary(withFilters: false) : null;
                value = new TestExpression(value, name, argument);
                if (negative) value = new UnaryExpression("not", value);
            }
            else return value;
        }
    }
}
