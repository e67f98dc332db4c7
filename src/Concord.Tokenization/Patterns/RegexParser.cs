using System.Globalization;
using Concord.Foundation;
using Concord.Tokenization.Unicode;

namespace Concord.Tokenization.Patterns;

/// <summary>Reads the part of Oniguruma's syntax that tokenizers use; everything else is refused by name.</summary>
internal sealed class RegexParser(string expression)
{
    // Folding that pairs one code point with a string (ß with ss, the f and st ligatures): not done here, so refused
    // where an expression could ask for it.
    private static readonly string[] FoldedPairs = ["ss", "ff", "fi", "fl", "st"];

    private const int Longest = 1 << 16,
        MostParts = 256;

    private readonly int deepest = Limits.Current.Depth;
    private int at;
    private int depth;
    private bool ignoreCase;
    private char lastFolded;

    public RegexNode Parse()
    {
        if (expression.Length > Longest)
            throw Refuse($"more than {Longest} characters");
        var node = Choice();
        return at == expression.Length ? node : throw Refuse("an unmatched ')'");
    }

    private bool More => at < expression.Length;

    private char Peek => More ? expression[at] : '\0';

    private UnsupportedPatternException Refuse(string what) =>
        new($"{what} at character {(at + 1).ToString(CultureInfo.InvariantCulture)} of the expression {Shown}");

    private string Shown => expression.Length <= 200 ? expression : expression[..197] + "...";

    private void Enter()
    {
        if (++depth > deepest)
            throw Refuse($"groups or classes more than {deepest} deep in one another (CONCORD_LIMIT_DEPTH)");
    }

    private bool Take(string token)
    {
        if (string.CompareOrdinal(expression, at, token, 0, token.Length) != 0)
            return false;
        at += token.Length;
        return true;
    }

    private RegexNode Choice()
    {
        var alternatives = new List<RegexNode> { Sequence() };
        while (Take("|"))
            alternatives.Add(Sequence());
        return alternatives.Count == 1 ? alternatives[0] : new ChoiceNode(alternatives);
    }

    private RegexNode Sequence()
    {
        var parts = new List<RegexNode>();
        lastFolded = '\0';
        while (More && Peek is not ('|' or ')'))
            parts.Add(Repeated(Atom()));
        return parts.Count == 1 ? parts[0] : new SequenceNode(parts);
    }

    private RegexNode Repeated(RegexNode body)
    {
        var repeats = 0;
        for (; ; )
        {
            int min,
                max;
            var braces = false;
            if (Take("*"))
                (min, max) = (0, -1);
            else if (Take("+"))
                (min, max) = (1, -1);
            else if (Take("?"))
                (min, max) = (0, 1);
            else if (Peek == '{' && TryBounds(out min, out max))
                braces = true;
            else
                return body;
            if (body is LookNode or AnchorNode)
                throw Refuse("a repeated condition");
            var mode =
                Take("?") ? RepeatMode.Lazy
                : !braces && Take("+") ? RepeatMode.Possessive
                : RepeatMode.Greedy;
            if (braces && mode == RepeatMode.Lazy && min == max)
                throw Refuse("'{n}?'");
            // Each repetition of a repetition is another level.
            if (++repeats > deepest)
                throw Refuse($"more than {deepest} repetitions of one another (CONCORD_LIMIT_DEPTH)");
            body = new RepeatNode(body, min, max, mode);
            lastFolded = '\0';
        }
    }

    private bool TryBounds(out int min, out int max)
    {
        (min, max) = (0, -1);
        var close = expression.IndexOf('}', at);
        if (close < 0)
            return false;
        var bounds = expression[(at + 1)..close].Split(',');
        const NumberStyles Style = NumberStyles.None;
        var numbers = bounds.Where(bound => bound.Length > 0).ToArray();
        if (
            bounds.Length > 2
            || numbers.Length == 0
            || !numbers.All(bound => int.TryParse(bound, Style, CultureInfo.InvariantCulture, out _))
        )
            return false;
        min = bounds[0].Length == 0 ? 0 : int.Parse(bounds[0], Style, CultureInfo.InvariantCulture);
        max =
            bounds.Length == 1 ? min
            : bounds[1].Length == 0 ? -1
            : int.Parse(bounds[1], Style, CultureInfo.InvariantCulture);
        if (max >= 0 && max < min || min > 1000 || max > 1000)
            throw Refuse("a repetition out of range");
        at = close + 1;
        return true;
    }

    private RegexNode Atom()
    {
        var c = expression[at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return new SetNode(Class());
            case '.':
                at++;
                return new SetNode(CodePointSet.Of('\n').Inverted());
            case '^':
                at++;
                return new AnchorNode(Anchor.LineStart);
            case '$':
                at++;
                return new AnchorNode(Anchor.LineEnd);
            case '*' or '+' or '?':
                throw Refuse($"'{c}' with nothing to repeat");
            case '\\' when Take(@"\A"):
                return new AnchorNode(Anchor.TextStart);
            case '\\' when Take(@"\z"):
                return new AnchorNode(Anchor.TextEnd);
            case '\\' when ClassEscape() is { } set:
                return new SetNode(set);
        }
        var point = c == '\\' ? Escape() : Literal();
        return new SetNode(CodePointSet.Of(Folds(point)));
    }

    private RegexNode Group()
    {
        var outer = ignoreCase;
        Func<RegexNode, RegexNode> wrap = node => node;
        Enter();
        at++;
        if (Take("?:")) { }
        else if (Take("?i:"))
            ignoreCase = true;
        else if (Take("?-i:"))
            ignoreCase = false;
        else if (Take("?="))
            wrap = node => new LookNode(node, Behind: false, Negative: false);
        else if (Take("?!"))
            wrap = node => new LookNode(node, Behind: false, Negative: true);
        else if (Take("?<="))
            wrap = node => new LookNode(node, Behind: true, Negative: false);
        else if (Take("?<!"))
            wrap = node => new LookNode(node, Behind: true, Negative: true);
        else if (Take("?>"))
            wrap = node => new AtomicNode(node);
        else if (Take("?i)"))
        {
            // The option holds to the end of the enclosing group, alternatives included.
            ignoreCase = true;
            var rest = Choice();
            ignoreCase = outer;
            depth--;
            return rest;
        }
        else if (Peek == '?')
            throw Refuse($"the group '({expression[at..Math.Min(at + 2, expression.Length)]}'");
        var body = Choice();
        if (!Take(")"))
            throw Refuse("an unmatched '('");
        ignoreCase = outer;
        lastFolded = '\0';
        depth--;
        return wrap(body);
    }

    private CodePointSet Class()
    {
        Enter();
        at++;
        var negative = Take("^");
        var set = new CodePointSet();
        for (var first = true; first || Peek != ']'; first = false)
        {
            if (!More)
                throw Refuse("an unmatched '['");
            if (Peek == ']')
                throw Refuse("a class that begins with ']'");
            if (Take("[:"))
                throw Refuse("a POSIX bracket");
            if (Take("&&"))
                throw Refuse("an intersection of classes");
            if (Peek == '[')
                set.Add(Class());
            else if (Peek == '\\' && ClassEscape() is { } escaped)
                set.Add(escaped);
            else
            {
                int low = Peek == '\\' ? Escape() : Literal(),
                    high = low;
                if (Peek == '-' && at + 1 < expression.Length && expression[at + 1] != ']')
                {
                    at++;
                    high = Peek == '\\' ? Escape() : Literal();
                    if (high < low)
                        throw Refuse("an empty range");
                    if (ignoreCase)
                        throw Refuse("a range without case");
                }
                if (low == high)
                    foreach (var point in Folds(low))
                        set.Add(point, point);
                else
                    set.Add(low, high);
            }
        }
        if (set.PartCount > MostParts)
            throw Refuse($"a class of more than {MostParts} negated ones");
        at++;
        depth--;
        return negative ? set.Inverted() : set;
    }

    private CodePointSet? ClassEscape()
    {
        if (Take(@"\s"))
            return CodePointSet.OfFlag(UnicodeTable.Whitespace);
        if (Take(@"\S"))
            return CodePointSet.OfFlag(UnicodeTable.Whitespace).Inverted();
        if (Take(@"\w"))
            return CodePointSet.OfFlag(UnicodeTable.Word);
        if (Take(@"\W"))
            return CodePointSet.OfFlag(UnicodeTable.Word).Inverted();
        if (Take(@"\d"))
            return CodePointSet.Digits;
        if (Take(@"\D"))
            return CodePointSet.Digits.Inverted();
        var negative = Take(@"\P{");
        if (!negative && !Take(@"\p{"))
            return null;
        if (Take("^"))
            negative = !negative;
        var close = expression.IndexOf('}', at);
        var name = close < 0 ? "" : expression[at..close];
        var categories = UnicodeTable.CategoriesNamed(name);
        if (ignoreCase && name is not ("L" or "N" or "M" or "P" or "S" or "Z"))
            throw Refuse($"the property '{name}' without case");
        var set =
            categories != 0 ? CodePointSet.OfCategories(categories)
            : name == "Han" ? HanScript()
            : throw Refuse($"the property '{name}'");
        at = close + 1;
        return negative ? set.Inverted() : set;
    }

    /// <summary>The script Han, Unicode 16 (99,030 code points).</summary>
    private static CodePointSet HanScript()
    {
        const string Ranges =
            "2E80-2E99 2E9B-2EF3 2F00-2FD5 3005 3007 3021-3029 3038-303B 3400-4DBF 4E00-9FFF F900-FA6D "
            + "FA70-FAD9 16FE2-16FE3 16FF0-16FF1 20000-2A6DF 2A700-2B739 2B740-2B81D 2B820-2CEA1 2CEB0-2EBE0 "
            + "2EBF0-2EE5D 2F800-2FA1D 30000-3134A 31350-323AF";
        var set = new CodePointSet();
        foreach (var item in Ranges.Split(' '))
        {
            var range = CodePointRange.Parse(item);
            set.Add(range.First, range.Last);
        }
        return set;
    }

    private int Literal()
    {
        var point = UnicodeTable.Read(expression, at, out var length);
        at += length;
        return point;
    }

    private int Escape()
    {
        at++;
        if (!More)
            throw Refuse("a '\\' at the end");
        var c = expression[at++];
        switch (c)
        {
            case 'r':
                return '\r';
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return '\a';
            case 'x' when Take("{"):
                var close = expression.IndexOf('}', at);
                return close < 0 ? throw Refuse("an unmatched '{'") : Hexadecimal(close - at, 1);
            case 'x':
                return Hexadecimal(2, 0);
            case 'u':
                return Hexadecimal(4, 0);
        }
        return char.IsAsciiLetterOrDigit(c) || c > 127 ? throw Refuse($"the escape '\\{c}'") : c;
    }

    private int Hexadecimal(int digits, int after)
    {
        if (
            at + digits > expression.Length
            || !int.TryParse(
                expression.AsSpan(at, digits),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var point
            )
            || point is < 0 or > 0x10FFFF
        )
            throw Refuse("a number that is no code point");
        at += digits + after;
        return point;
    }

    private int[] Folds(int point)
    {
        if (!ignoreCase)
            return [point];
        if (point > 127)
            throw Refuse("a letter beyond ASCII without case");
        if (!char.IsAsciiLetter((char)point))
        {
            lastFolded = '\0';
            return [point];
        }
        var lower = char.ToLowerInvariant((char)point);
        if (FoldedPairs.Contains($"{lastFolded}{lower}"))
            throw Refuse($"'{lastFolded}{lower}' without case");
        lastFolded = lower;
        var upper = char.ToUpperInvariant(lower);
        return lower switch
        {
            's' => [lower, upper, 0x17F],
            'k' => [lower, upper, 0x212A],
            _ => [lower, upper],
        };
    }
}
