namespace Concord.Tokenization.Rendering.Templates;

/// <summary>
/// Reads the statements of that part of Jinja that chat templates use; what it does not know it refuses by name.
/// </summary>
internal sealed class TemplateParser
{
    private readonly List<Chunk> chunks;
    private int chunk;
    private TemplateTokens tokens = new([]); // of the chunk that is read

    private TemplateParser(string template) => chunks = TemplateLexer.Cut(template);

    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new TemplateParser(template);
        var body = parser.Body();
        return parser.chunk == parser.chunks.Count
            ? body
            : throw new TemplateException($"the statement '{parser.tokens.Peek}' stands alone");
    }

    /// <summary>
    /// Statements up to one that ends or continues the block around them, which is left to be looked at.
    /// </summary>
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
            tokens = new TemplateTokens(TemplateLexer.Tokens(content));
            if (kind == ChunkKind.Output)
            {
                body.Add(new OutputStatement(ExpressionParser.Parse(tokens)));
                tokens.End();
                continue;
            }
            switch (tokens.Peek)
            {
                case "elif" or "else" or "endif" or "endfor" or "endgeneration":
                    return body;
                case "set":
                    body.Add(Set());
                    break;
                case "if":
                    body.Add(If());
                    break;
                case "for":
                    body.Add(For());
                    break;
                case "generation": // marks what the model wrote; writes nothing itself
                    chunk++;
                    body.AddRange(Body());
                    Close("endgeneration");
                    break;
                default:
                    throw new TemplateException($"the statement '{tokens.Peek}' is not known");
            }
        }
        return body;
    }

    private void Close(string statement)
    {
        if (chunk >= chunks.Count || !tokens.Take(statement))
            throw new TemplateException($"'{statement}' is missing");
        tokens.End();
    }

    private SetStatement Set()
    {
        tokens.Expect("set");
        var name = tokens.Name();
        var member = tokens.Take(".") ? tokens.Name() : null;
        tokens.Expect("=");
        var value = ExpressionParser.Parse(tokens);
        tokens.End();
        return new SetStatement(name, member, value);
    }

    private IfStatement If()
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        for (var more = true; more; )
        {
            Expression? condition = null;
            if (tokens.Next() == "else")
                more = false;
            else
                condition = ExpressionParser.Parse(tokens);
            tokens.End();
            chunk++;
            branches.Add((condition, Body()));
            if (chunk < chunks.Count && tokens.Peek == "endif")
                more = false;
            else if (!more || chunk >= chunks.Count || tokens.Peek is not ("elif" or "else"))
                throw new TemplateException("'endif' is missing");
        }
        Close("endif");
        return new IfStatement(branches);
    }

    private ForStatement For()
    {
        tokens.Expect("for");
        var names = new List<string> { tokens.Name() };
        while (tokens.Take(","))
            names.Add(tokens.Name());
        tokens.Expect("in");
        var items = ExpressionParser.ParseUnconditional(tokens);
        var condition = tokens.Take("if") ? ExpressionParser.Parse(tokens) : null;
        tokens.End();
        chunk++;
        var body = Body();
        IReadOnlyList<Statement> otherwise = [];
        if (chunk < chunks.Count && tokens.Peek == "else")
        {
            chunk++;
            otherwise = Body();
        }
        Close("endfor");
        return new ForStatement(names, items, condition, body, otherwise);
    }
}
