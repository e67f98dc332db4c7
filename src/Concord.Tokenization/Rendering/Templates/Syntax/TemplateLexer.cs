namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>
/// Takes a template apart into text and the tokens of its tags, with Jinja's rules for white space as transformers sets
/// them: a block's line end goes with it (<c>trim_blocks</c>), and so do blanks before a block that stands alone on its
/// line (<c>lstrip_blocks</c>); <c>-</c> takes all white space, <c>+</c> none.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string text;
    private readonly List<Token> tokens = [];
    private int at;
    private int line = 1;

    // Whether what was matched last ended in a line end: blanks may go before a block even without one in the text.
    private bool lineStarts = true;

    private TemplateLexer(string text) => this.text = text;

    /// <summary>The tokens, the end among them.</summary>
    /// <exception cref="TemplateException">A tag is not closed, or holds what is no token.</exception>
    public static IReadOnlyList<Token> Read(string source)
    {
        var text = LineEnds(source);
        var lexer = new TemplateLexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.Run();
        lexer.tokens.Add(new Token(TokenKind.End, "", lexer.line));
        return lexer.tokens;
    }

    private static string LineEnds(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;

    private void Run()
    {
        while (at < text.Length)
        {
            var tag = NextTag(at);
            if (tag < 0)
            {
                Data(text[at..]);
                return;
            }
            Open(tag);
        }
    }

    private int NextTag(int from)
    {
        for (var brace = text.IndexOf('{', from); brace >= 0; brace = text.IndexOf('{', brace + 1))
            if (brace + 1 < text.Length && text[brace + 1] is '{' or '%' or '#')
                return brace;
        return -1;
    }

    private void Open(int tag)
    {
        var kind = text[tag + 1];
        var sign = tag + 2 < text.Length && text[tag + 2] is '-' or '+' ? text[tag + 2] : ' ';
        var before = text[at..tag];
        if (sign == '-')
            Data(TrimEnd(before), before);
        else if (sign != '+' && kind != '{')
            Data(WithoutBlanks(before), before);
        else
            Data(before);
        var tagLine = line;
        at = tag + (sign == ' ' ? 2 : 3);
        switch (kind)
        {
            case '#':
                Comment(tagLine);
                return;
            case '%' when RawEnd() is { } rawEnd:
                Raw(rawEnd, tagLine);
                return;
            default:
                var begin = kind == '{' ? TokenKind.OutputBegin : TokenKind.BlockBegin;
                tokens.Add(new Token(begin, kind == '{' ? "{{" : "{%", tagLine));
                Tag(kind == '{', tagLine);
                return;
        }
    }

    // Blanks between the last line end (or the beginning of a line) and a block go.
    private string WithoutBlanks(string before)
    {
        var start = before.LastIndexOf('\n') + 1;
        if (start == 0 && !lineStarts)
            return before;
        for (var i = start; i < before.Length; i++)
            if (!IsSpace(before[i]))
                return before;
        return before[..start];
    }

    private void Data(string shown) => Data(shown, shown);

    private void Data(string shown, string whole)
    {
        if (shown.Length > 0)
            tokens.Add(new Token(TokenKind.Data, shown, line));
        line += Lines(whole);
    }

    private void Comment(int tagLine)
    {
        var end = text.IndexOf("#}", at, StringComparison.Ordinal);
        // One that begins where the template ends is none, as in Jinja.
        if (end < 0 && at < text.Length)
            throw new TemplateException("a comment is not closed by '#}'", tagLine);
        if (end < 0)
            return;
        var sign = end > at ? text[end - 1] : ' ';
        Close(end + 2, sign, at);
    }

    /// <summary>Goes past the end of a block or comment and what belongs to it.</summary>
    private void Close(int end, char sign, int from)
    {
        if (sign == '-')
            while (end < text.Length && IsSpace(text[end]))
                end++;
        else if (sign != '+' && end < text.Length && text[end] == '\n')
            end++;
        line += Lines(text.AsSpan(from, end - from));
        at = end;
        lineStarts = end > 0 && text[end - 1] == '\n';
    }

    // "{% raw %}": where its end is, or null where the block is another.
    private int? RawEnd()
    {
        var here = Skip(at);
        if (string.CompareOrdinal(text, here, "raw", 0, 3) != 0)
            return null;
        here = Skip(here + 3);
        if (string.CompareOrdinal(text, here, "-%}", 0, 3) == 0)
            return Skip(here + 3);
        return string.CompareOrdinal(text, here, "%}", 0, 2) == 0 ? here + 2 : null;
    }

    private void Raw(int start, int tagLine)
    {
        line += Lines(text.AsSpan(at, start - at));
        lineStarts = text[start - 1] == '\n';
        at = start;
        for (
            var block = text.IndexOf("{%", start, StringComparison.Ordinal);
            block >= 0;
            block = text.IndexOf("{%", block + 1, StringComparison.Ordinal)
        )
        {
            var sign = block + 2 < text.Length && text[block + 2] is '-' or '+' ? text[block + 2] : ' ';
            var here = Skip(block + (sign == ' ' ? 2 : 3));
            if (string.CompareOrdinal(text, here, "endraw", 0, 6) != 0)
                continue;
            here = Skip(here + 6);
            var closing = here < text.Length && text[here] is '-' or '+' ? text[here] : ' ';
            if (closing != ' ')
                here++;
            if (string.CompareOrdinal(text, here, "%}", 0, 2) != 0)
                continue;
            var before = text[start..block];
            var shown =
                sign == '-' ? TrimEnd(before)
                : sign == '+' ? before
                : WithoutBlanks(before);
            Data(shown, before);
            Close(here + 2, closing, block);
            return;
        }
        if (start < text.Length)
            throw new TemplateException("a raw block is not closed by 'endraw'", tagLine);
    }

    private void Tag(bool isOutput, int tagLine)
    {
        var expressions = new ExpressionLexer(text, tokens, at, line);
        var end = isOutput ? "}}" : "%}";
        if (!expressions.Run(end))
            throw new TemplateException(
                isOutput ? "an output is not closed by '}}'" : "a block is not closed by '%}'",
                tagLine
            );
        (at, line) = (expressions.At, expressions.Line);
        var sign = expressions.Sign;
        tokens.Add(new Token(isOutput ? TokenKind.OutputEnd : TokenKind.BlockEnd, end, line));
        // An output keeps the line end after it.
        Close(at, isOutput && sign != '-' ? '+' : sign, at);
    }

    private int Skip(int from)
    {
        while (from < text.Length && IsSpace(text[from]))
            from++;
        return from;
    }

    private static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    private static int Lines(ReadOnlySpan<char> text) => text.Count('\n');

    /// <summary>White space as Python's regular expressions know it.</summary>
    public static bool IsSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001c' and <= '\u001f';
}
