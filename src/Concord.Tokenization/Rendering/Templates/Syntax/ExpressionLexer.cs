using System.Globalization;
using System.Numerics;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>The tokens inside a tag.</summary>
internal sealed class ExpressionLexer(string text, List<Token> tokens, int at, int line)
{
    private static readonly string[] Signs =
    [
        "**",
        "//",
        "==",
        "!=",
        "<=",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "~",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ".",
        ":",
        "|",
        ",",
        ";",
        "=",
        "<",
        ">",
    ];

    private readonly Stack<char> open = [];

    /// <summary>Where the tag's end lies, once it is found: behind it.</summary>
    public int At { get; private set; } = at;

    /// <summary>The line there.</summary>
    public int Line { get; private set; } = line;

    /// <summary>The sign before the tag's end: '-', '+' or ' '.</summary>
    public char Sign { get; private set; } = ' ';

    /// <summary>Reads up to the tag's end; false where there is none.</summary>
    public bool Run(string end)
    {
        while (At < text.Length)
        {
            if (open.Count == 0 && Ends(end))
                return true;
            var unit = text[At];
            if (TemplateLexer.IsSpace(unit))
            {
                Line += unit == '\n' ? 1 : 0;
                At++;
            }
            else if (unit is '\'' or '"')
                String(unit);
            else if (char.IsAsciiDigit(unit))
                Number();
            else if (IsWord(At, out _))
                Name();
            else
                Operator();
        }
        return false;
    }

    private bool Ends(string end)
    {
        var sign = text[At] is '-' or '+' ? text[At] : ' ';
        if (sign == '+' && end == "}}")
            return false;
        var here = At + (sign == ' ' ? 0 : 1);
        if (string.CompareOrdinal(text, here, end, 0, 2) != 0)
            return false;
        (At, Sign) = (here + 2, sign);
        return true;
    }

    private void Operator()
    {
        var sign =
            Array.Find(Signs, sign => string.CompareOrdinal(text, At, sign, 0, sign.Length) == 0)
            ?? throw new TemplateException($"'{Character()}' is not expected there", Line);
        if (sign is "(" or "[" or "{")
            open.Push(
                sign == "(" ? ')'
                : sign == "[" ? ']'
                : '}'
            );
        else if (sign is ")" or "]" or "}")
        {
            if (open.Count == 0)
                throw new TemplateException($"'{sign}' closes nothing", Line);
            if (open.Pop() is var expected && expected != sign[0])
                throw new TemplateException($"'{sign}' where '{expected}' was expected", Line);
        }
        tokens.Add(new Token(TokenKind.Operator, sign, Line));
        At += sign.Length;
    }

    private void Name()
    {
        var start = At;
        while (At < text.Length && IsWord(At, out var length))
            At += length;
        tokens.Add(new Token(TokenKind.Name, text[start..At], Line));
    }

    private bool IsWord(int place, out int length)
    {
        var rune = Rune.TryGetRuneAt(text, place, out var found) ? found : Rune.ReplacementChar;
        length = rune.Utf16SequenceLength;
        return rune.Value == '_'
            || Rune.IsLetterOrDigit(rune)
            || Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.LetterNumber
                    or UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.ConnectorPunctuation;
    }

    private string Character() =>
        Rune.TryGetRuneAt(text, At, out var rune) ? rune.ToString() : Rune.ReplacementChar.ToString();

    private void Number()
    {
        var start = At;
        if (text[At] == '0' && At + 2 < text.Length && Base(text[At + 1]) is var power and > 0)
        {
            var digits = At + 2;
            var value = BigInteger.Zero;
            while (digits < text.Length && (text[digits] == '_' || Digit(text[digits]) < power))
            {
                if (text[digits] != '_')
                    value = value * power + Digit(text[digits]);
                digits++;
            }
            if (digits > At + 2)
            {
                At = digits;
                tokens.Add(new Token(TokenKind.Integer, text[start..At], Line, value));
                return;
            }
        }
        Digits();
        var isFloat = false;
        // A point belongs to a number only where digits follow it, and no point stands before it ("x.0.1").
        if (!AfterPoint(start) && At + 1 < text.Length && text[At] == '.' && char.IsAsciiDigit(text[At + 1]))
        {
            isFloat = true;
            At++;
            Digits();
        }
        if (!AfterPoint(start) && At < text.Length && text[At] is 'e' or 'E')
        {
            var digits = At + 1;
            if (digits < text.Length && text[digits] is '+' or '-')
                digits++;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                isFloat = true;
                At = digits;
                Digits();
            }
        }
        var written = text[start..At].Replace("_", "", StringComparison.Ordinal);
        if (written.Length > 4300)
            throw new TemplateException("a number has too many digits", Line);
        tokens.Add(
            isFloat
                ? new Token(TokenKind.Float, written, Line, double.Parse(written, CultureInfo.InvariantCulture))
                : new Token(TokenKind.Integer, written, Line, BigInteger.Parse(written, CultureInfo.InvariantCulture))
        );
    }

    private bool AfterPoint(int start) => start > 0 && text[start - 1] == '.';

    private void Digits()
    {
        while (
            At < text.Length
            && (
                char.IsAsciiDigit(text[At])
                || text[At] == '_' && At + 1 < text.Length && char.IsAsciiDigit(text[At + 1])
            )
        )
            At++;
    }

    private static int Base(char letter) =>
        letter switch
        {
            'x' or 'X' => 16,
            'b' or 'B' => 2,
            'o' or 'O' => 8,
            _ => 0,
        };

    private static int Digit(char unit) =>
        char.IsAsciiHexDigit(unit) ? Convert.ToInt32(unit.ToString(), 16) : int.MaxValue;

    private void String(char quote)
    {
        var end = At + 1;
        while (end < text.Length && text[end] != quote)
            end += text[end] == '\\' ? 2 : 1;
        if (end >= text.Length)
            throw new TemplateException("a string is not closed", Line);
        var startLine = Line;
        var written = text.AsSpan(At + 1, end - At - 1);
        Line += written.Count('\n');
        tokens.Add(new Token(TokenKind.Text, StringEscapes.Read(written, startLine), startLine));
        At = end + 1;
    }
}
