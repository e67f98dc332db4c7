using System.Globalization;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>What a string literal stands for: Python's escapes.</summary>
internal static class StringEscapes
{
    /// <summary>The text of a literal without its quotes.</summary>
    public static string Read(ReadOnlySpan<char> written, int line)
    {
        if (!written.Contains('\\'))
            return written.ToString();
        var text = new StringBuilder(written.Length);
        for (var at = 0; at < written.Length; at++)
        {
            if (written[at] != '\\' || at + 1 == written.Length)
            {
                text.Append(written[at]);
                continue;
            }
            var escape = written[++at];
            switch (escape)
            {
                case '\n':
                    break;
                case 'n':
                    text.Append('\n');
                    break;
                case 't':
                    text.Append('\t');
                    break;
                case 'r':
                    text.Append('\r');
                    break;
                case 'a':
                    text.Append('\a');
                    break;
                case 'b':
                    text.Append('\b');
                    break;
                case 'f':
                    text.Append('\f');
                    break;
                case 'v':
                    text.Append('\v');
                    break;
                case '\\' or '\'' or '"':
                    text.Append(escape);
                    break;
                case 'x' or 'u' or 'U':
                    var length =
                        escape == 'x' ? 2
                        : escape == 'u' ? 4
                        : 8;
                    AppendHex(text, written[(at + 1)..], length, escape, line);
                    at += length;
                    break;
                case >= '0' and <= '7':
                    var value = 0;
                    var digits = 0;
                    while (digits < 3 && at + digits < written.Length && written[at + digits] is >= '0' and <= '7')
                        value = value * 8 + (written[at + digits++] - '0');
                    text.Append((char)value);
                    at += digits - 1;
                    break;
                case 'N':
                    throw new TemplateException("characters by name ('\\N{..}') are not known in strings", line);
                default:
                    text.Append('\\').Append(escape);
                    break;
            }
        }
        return text.ToString();
    }

    private static void AppendHex(StringBuilder text, ReadOnlySpan<char> rest, int length, char escape, int line)
    {
        if (
            rest.Length < length
            || !uint.TryParse(
                rest[..length],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var value
            )
            || value > 0x10FFFF
        )
            throw new TemplateException($"the escape '\\{escape}' in a string needs {length} hexadecimal digits", line);
        if (value > 0xFFFF)
            text.Append(char.ConvertFromUtf32((int)value));
        else
            text.Append((char)value);
    }
}
