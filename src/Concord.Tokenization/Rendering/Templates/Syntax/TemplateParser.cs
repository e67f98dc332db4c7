namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>A template as statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream tokens;
    private readonly ExpressionParser expressions;
    private readonly TargetParser targets;
    private readonly SignatureParser signatures;
    private readonly NamesSeen names = new();
    private readonly Dictionary<string, BlockStatement> blocks = [];

    // How many loops stand around what is read, within one macro.
    private int loops;

    private TemplateParser(TokenStream tokens)
    {
        this.tokens = tokens;
        expressions = new ExpressionParser(tokens, names);
        targets = new TargetParser(tokens, names);
        signatures = new SignatureParser(tokens, expressions);
    }

    /// <summary>Reads a template.</summary>
    /// <exception cref="TemplateException">It is not well formed, or nested too deep.</exception>
    public static ParsedTemplate Parse(string text, int maximumDepth)
    {
        var parser = new TemplateParser(new TokenStream(TemplateLexer.Read(text), maximumDepth));
        parser.names.Begin();
        var body = parser.Body();
        if (parser.tokens.Current.Kind != TokenKind.End)
            throw parser.UnknownStatement();
        parser.tokens.Unknown.Refuse();
        return new ParsedTemplate(body, parser.blocks, parser.names.End());
    }

    /// <summary>Statements up to the end, or to a block with one of these names, which stays to be read.</summary>
    private List<Statement> Body(params ReadOnlySpan<string> ends)
    {
        tokens.Enter();
        var body = new List<Statement>();
        while (true)
        {
            var token = tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    tokens.Take();
                    body.Add(new DataStatement(token.Text, token.Line));
                    continue;
                case TokenKind.OutputBegin:
                    tokens.Take();
                    body.Add(new OutputStatement([expressions.Whole()], token.Line));
                    tokens.Expect(TokenKind.OutputEnd);
                    continue;
                case TokenKind.BlockBegin:
                    if (tokens.Next.Kind == TokenKind.Name && ends.Contains(tokens.Next.Text))
                    {
                        tokens.Take();
                        tokens.Leave();
                        return body;
                    }
                    tokens.Take();
                    body.Add(One());
                    tokens.Expect(TokenKind.BlockEnd);
                    continue;
                default:
                    if (ends.Length > 0)
                        throw new TemplateException(
                            $"the template ends where {Expected(ends)} was expected",
                            token.Line
                        );
                    tokens.Leave();
                    return body;
            }
        }
    }

    private static string Expected(ReadOnlySpan<string> ends) => $"'{string.Join("' or '", ends)}'";

    // The rest of a statement's block, then its body.
    private List<Statement> BodyAfterHead(params ReadOnlySpan<string> ends)
    {
        tokens.SkipIf(":");
        tokens.Expect(TokenKind.BlockEnd);
        return Body(ends);
    }

    private List<Statement> BodyAndEnd(string end) =>
        Conditional(
            false,
            () =>
            {
                var body = BodyAfterHead(end);
                tokens.Take();
                return body;
            }
        );

    private Statement One()
    {
        if (tokens.Current.Kind != TokenKind.Name)
            throw tokens.Unexpected("the name of a statement");
        var line = tokens.Line;
        switch (tokens.Current.Text)
        {
            case "if":
                return Conditional(true, If);
            case "for":
                return For();
            case "set":
                return Set();
            case "macro":
                tokens.Take();
                return Conditional(false, () => new MacroStatement(Macro(tokens.ExpectName(), "endmacro"), line));
            case "call":
                return Call();
            case "filter":
                tokens.Take();
                return Conditional(false, () => Filter(line));
            case "with":
                return With();
            case "block":
                return Block();
            case "generation":
                tokens.Take();
                return new GenerationStatement(InMacro("endgeneration"), line);
            case "print":
                tokens.Take();
                return new OutputStatement([expressions.Whole()], line);
            case "break" or "continue":
                if (loops == 0)
                    throw new TemplateException($"'{tokens.Current.Text}' stands outside of a loop", line);
                return tokens.Take().Text == "break" ? new BreakStatement(line) : new ContinueStatement(line);
            case "autoescape":
                tokens.Take();
                var on = expressions.Read();
                return new AutoescapeStatement(on, BodyAndEnd("endautoescape"), line);
            case "include" or "import" or "from" or "extends":
                return Refused();
            default:
                throw UnknownStatement();
        }
    }

    // Only what stands directly in an 'if' is read as conditional, not in loops and macros within.
    private T Conditional<T>(bool isConditional, Func<T> read)
    {
        var outside = tokens.Unknown.IsConditional;
        tokens.Unknown.IsConditional = isConditional;
        var statement = read();
        tokens.Unknown.IsConditional = outside;
        return statement;
    }

    private FilterStatement Filter(int line)
    {
        var filter = (FilterExpression)expressions.Filters(null, first: true)!;
        return new FilterStatement(filter, BodyAndEnd("endfilter"), line);
    }

    private TemplateException UnknownStatement() =>
        new($"the statement '{tokens.Current.Text}' is not known there", tokens.Line);

    // Known to Jinja, useless to a model's template: an error where it is reached.
    private RefusedStatement Refused()
    {
        var token = tokens.Take();
        while (tokens.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
            tokens.Take();
        return new RefusedStatement(token.Text, "there are no other templates", token.Line);
    }

    private IfStatement If()
    {
        var line = tokens.Line;
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            tokens.Take();
            var test = expressions.Whole(withCondition: false);
            branches.Add((test, BodyAfterHead("elif", "else", "endif")));
            if (tokens.Current.IsName("elif"))
                continue;
            if (tokens.Take().Text == "endif")
                return new IfStatement(branches, [], line);
            var otherwise = BodyAfterHead("endif");
            tokens.Take();
            return new IfStatement(branches, otherwise, line);
        }
    }

    private ForStatement For()
    {
        var line = tokens.Take().Line;
        var target = targets.Read("in");
        if (!tokens.SkipName("in"))
            throw tokens.Unexpected("'in'");
        var items = expressions.Whole(withCondition: false, end: "recursive");
        var (test, isRecursive, body) = Conditional(
            false,
            () =>
            {
                var test = tokens.SkipName("if") ? expressions.Read() : null;
                var isRecursive = tokens.SkipName("recursive");
                loops++;
                var body = BodyAfterHead("endfor", "else");
                loops--;
                return (test, isRecursive, body);
            }
        );
        IReadOnlyList<Statement> otherwise = tokens.Take().Text == "endfor" ? [] : BodyAndEnd("endfor");
        return new ForStatement(target, items, test, isRecursive, body, otherwise, line);
    }

    private Statement Set()
    {
        var line = tokens.Take().Line;
        var target = targets.Read(null, withAttributes: true);
        if (tokens.SkipIf("="))
            return new SetStatement(target, expressions.Whole(), line);
        var filter = (FilterExpression?)Conditional(false, () => expressions.Filters(null));
        return new SetBlockStatement(target, filter, BodyAndEnd("endset"), line);
    }

    private WithStatement With()
    {
        var line = tokens.Take().Line;
        var values = new List<(Target, Expression)>();
        while (tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                tokens.Expect(",");
            var target = targets.Read(null);
            tokens.Expect("=");
            values.Add((target, expressions.Read()));
        }
        return new WithStatement(values, BodyAndEnd("endwith"), line);
    }

    private BlockStatement Block()
    {
        var line = tokens.Take().Line;
        var name = tokens.ExpectName();
        var isScoped = tokens.SkipName("scoped");
        tokens.SkipName("required");
        var block = new BlockStatement(name, isScoped, InMacro("endblock"), line);
        tokens.SkipName(name);
        return blocks.TryAdd(name, block)
            ? block
            : throw new TemplateException($"the block '{name}' is defined twice", line);
    }

    private CallStatement Call()
    {
        var line = tokens.Take().Line;
        var (parameters, defaults) = tokens.Current.Is("(") ? signatures.Read() : ([], []);
        var call =
            expressions.Read() as CallExpression
            ?? throw new TemplateException("a call was expected after 'call'", line);
        return new CallStatement(Macro(null, parameters, defaults, "endcall"), call, line);
    }

    private MacroDefinition Macro(string name, string end)
    {
        var (parameters, defaults) = signatures.Read();
        return Macro(name, parameters, defaults, end);
    }

    private MacroDefinition Macro(
        string? name,
        IReadOnlyList<string> parameters,
        IReadOnlyList<Expression> defaults,
        string end
    )
    {
        names.Begin();
        var body = InMacro(end);
        var seen = names.End();
        return new MacroDefinition(
            name,
            parameters,
            defaults,
            body,
            seen.Contains("varargs"),
            seen.Contains("kwargs"),
            seen.Contains("caller")
        );
    }

    private List<Statement> InMacro(string end)
    {
        var outside = loops;
        loops = 0;
        var body = BodyAndEnd(end);
        loops = outside;
        return body;
    }
}
