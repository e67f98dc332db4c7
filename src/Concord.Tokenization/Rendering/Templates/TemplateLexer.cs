using System.Text;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>What a stretch of a template is.</summary>
internal enum ChunkKind
{
    /// <summary>Text that is written as it stands.</summary>
    Text,

    /// <summary><c>{{ .. }}</c>.</summary>
    Output,

    /// <summary><c>{% .. %}</c>.</summary>
    Statement,
}

/// <summary>A stretch of a template.</summary>
internal readonly record struct Chunk(ChunkKind Kind, string Content);

/// <summary>
/// Cuts a Jinja template into text, outputs and statements, with white space as transformers sets it:
/// <c>trim_blocks</c> and <c>lstrip_blocks</c>, one line end at the very end dropped.
/// </summary>
internal static class TemplateLexer
{
    private static readonly HashSet<string> Signs =
    [
        .. "== != <= >= // ** + - * / % ~ | . , : ( ) [ ] { } < > =".Split(' '),
    ];

    public static List<Chunk> Cut(string template)
    {
        var source = template.ReplaceLineEndings("\n");
        if (source.EndsWith('\n'))
            source = source[..^1];
        var chunks = new List<Chunk>();
        var lineStarts = true; // whether what stands before this place ends a line
        for (var at = 0; at < source.Length; )
        {
            var open = NextTag(source, at);
            var text = open < 0 ? source[at..] : source[at..open];
            if (open < 0)
            {
                chunks.Add(new Chunk(ChunkKind.Text, text));
                break;
            }
            var kind = source[open + 1];
            var sign = open + 2 < source.Length ? source[open + 2] : '\0';
            if (sign == '-')
                text = text.TrimEnd();
            else if (sign != '+' && kind != '{')
                text = StripLine(text, lineStarts);
            if (text.Length > 0)
                chunks.Add(new Chunk(ChunkKind.Text, text));
            at = Close(source, open + 2 + (sign is '-' or '+' ? 1 : 0), kind, chunks);
            lineStarts = source[at - 1] == '\n';
        }
        return chunks;
    }

    private static int NextTag(string source, int at)
    {
        for (; (at = source.IndexOf('{', at)) >= 0 && at + 1 < source.Length; at++)
            if (source[at + 1] is '{' or '%' or '#')
                return at;
        return -1;
    }

    private static string StripLine(string text, bool lineStarts)
    {
        var line = text.LastIndexOf('\n') + 1;
        return (line > 0 || lineStarts) && string.IsNullOrWhiteSpace(text[line..]) ? text[..line] : text;
    }

    /// <summary>Adds the tag whose content begins at a place, and returns where the template goes on.</summary>
    private static int Close(string source, int start, char kind, List<Chunk> chunks)
    {
        var ending = kind switch
        {
            '{' => "}}",
            '%' => "%}",
            _ => "#}",
        };
        var end =
            kind == '#' ? source.IndexOf(ending, start, StringComparison.Ordinal) : EndOfTag(source, start, ending);
        if (end < 0)
            throw new TemplateException($"a '{{{kind}' is not closed");
        var content = end;
        var sign = end > start ? source[end - 1] : '\0';
        if (sign is '-' || sign is '+' && kind != '{')
            content--;
        if (kind != '#')
            chunks.Add(new Chunk(kind == '{' ? ChunkKind.Output : ChunkKind.Statement, source[start..content]));
        var next = end + 2;
        if (sign == '-')
            while (next < source.Length && char.IsWhiteSpace(source[next]))
                next++;
        else if (kind != '{' && sign != '+' && next < source.Length && source[next] == '\n')
            next++;
        return next;
    }

    /// <summary>The tag's end, passing over strings and braces within it.</summary>
    private static int EndOfTag(string source, int start, string ending)
    {
        var depth = 0;
        for (var at = start; at < source.Length; at++)
        {
            var c = source[at];
            if (c is '\'' or '"')
            {
                for (at++; at < source.Length && source[at] != c; at++)
                    if (source[at] == '\\')
                        at++;
            }
            else if (depth == 0 && string.CompareOrdinal(source, at, ending, 0, 2) == 0)
                return at;
            else if (c is '{' or '[' or '(')
                depth++;
            else if (c is '}' or ']' or ')')
                depth--;
        }
        return -1;
    }

    /// <summary>Words, numbers, strings and signs of a tag; strings keep an opening quote as their mark.</summary>
    public static List<string> Tokens(string content)
    {
        var tokens = new List<string>();
        for (var at = 0; at < content.Length; )
        {
            var c = content[at];
            var start = at;
            if (char.IsWhiteSpace(c))
                at++;
            else if (c is '\'' or '"')
                tokens.Add(ReadString(content, ref at));
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                while (at < content.Length && (char.IsAsciiLetterOrDigit(content[at]) || content[at] == '_'))
                    at++;
                tokens.Add(content[start..at]);
            }
            else if (char.IsAsciiDigit(c))
            {
                bool IsDigit(int place) => place < content.Length && char.IsAsciiDigit(content[place]);
                while (IsDigit(at) || at < content.Length && content[at] == '.' && IsDigit(at + 1))
                    at++;
                tokens.Add(content[start..at]);
            }
            else
            {
                at +=
                    content.Length - at > 1 && content.Substring(at, 2) is "==" or "!=" or "<=" or ">=" or "//" or "**"
                        ? 2
                        : 1;
                tokens.Add(content[start..at]);
                if (!Signs.Contains(tokens[^1]))
                    throw new TemplateException($"the sign '{tokens[^1]}' is not known");
            }
        }
        return tokens;
    }

    private static string ReadString(string content, ref int at)
    {
        var quote = content[at++];
        var text = new StringBuilder("'");
        for (; at < content.Length && content[at] != quote; at++)
        {
            if (content[at] != '\\' || at + 1 >= content.Length)
            {
                text.Append(content[at]);
                continue;
            }
            var escaped = content[++at];
            var digits = escaped switch
            {
                'x' => 2,
                'u' => 4,
                _ => 0,
            };
            if (
                digits > 0
                && at + digits < content.Length
                && content.Skip(at + 1).Take(digits).All(char.IsAsciiHexDigit)
            )
            {
                text.Append((char)Convert.ToInt32(content.Substring(at + 1, digits), 16));
                at += digits;
                continue;
            }
            _ = escaped switch
            {
                'n' => text.Append('\n'),
                't' => text.Append('\t'),
                'r' => text.Append('\r'),
                '\\' or '\'' or '"' => text.Append(escaped),
                '\n' => text,
                _ => text.Append('\\').Append(escaped),
            };
        }
        if (at >= content.Length)
            throw new TemplateException("a string is not closed");
        at++;
        return text.ToString();
    }
}
