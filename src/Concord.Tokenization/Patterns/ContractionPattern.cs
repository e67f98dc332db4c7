using System.Globalization;
using Concord.Tokenization.Unicode;

namespace Concord.Tokenization.Patterns;

/// <summary>
/// The expressions that cut nearly all byte-level tokenizers' text into words, scanned by hand: GPT-2's, and that of
/// Llama 3 and Qwen. Every code point belongs to a match, so the next match begins where the last ended. Equal to
/// <see cref="RegexPattern"/> on the same expression, which is what the tests compare it with.
/// </summary>
internal sealed class ContractionPattern : TextPattern
{
    /// <summary>GPT-2's expression, which <c>ByteLevel</c> uses too.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string ModernStart = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}";

    private const string ModernEnd = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's expression: up to three digits to a word.</summary>
    public const string Llama3 = ModernStart + "{1,3}" + ModernEnd;

    /// <summary>Qwen's expression: digits stand alone.</summary>
    public const string Qwen = ModernStart + ModernEnd;

    private const byte Other = 0,
        Letter = 1,
        Number = 2,
        Space = 3;

    private static readonly byte[] Kinds = MakeKinds();

    // The kind of every UTF-16 unit that is a code point; a surrogate is looked up as a pair.
    private static readonly byte[] UnitKinds =
    [
        .. Enumerable.Range(0, 0x10000).Select(unit => Kinds[UnicodeTable.Entry(unit)]),
    ];

    private readonly bool modern;
    private readonly int digits;

    private ContractionPattern(bool modern, int digits) => (this.modern, this.digits) = (modern, digits);

    /// <summary>The scanner of an expression, or null where it is not one of the known ones.</summary>
    public static ContractionPattern? TryCreate(string expression) =>
        expression switch
        {
            Gpt2 => new ContractionPattern(modern: false, int.MaxValue),
            Llama3 => new ContractionPattern(modern: true, 3),
            Qwen => new ContractionPattern(modern: true, 1),
            _ => null,
        };

    /// <inheritdoc/>
    public override (int Start, int End) Next(ReadOnlySpan<char> text, int from) =>
        from >= text.Length ? (-1, -1) : (from, modern ? ModernWord(text, from) : Gpt2Word(text, from));

    private static int Gpt2Word(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start, ignoreCase: false) is > 0 and var contraction)
            return start + contraction;
        var kind = Kind(text, start, out var length);
        if (kind != Space)
            return Run(text, start + length, kind);
        // " ?" before letters, numbers or others
        if (
            text[start] == ' '
            && start + 1 < text.Length
            && Kind(text, start + 1, out length) is not Space and var next
        )
            return Run(text, start + 1 + length, next);
        return Spaces(text, start, Run(text, start + 1, Space));
    }

    private int ModernWord(ReadOnlySpan<char> text, int start)
    {
        var first = text[start];
        if (first == '\'' && Contraction(text, start, ignoreCase: true) is > 0 and var contraction)
            return start + contraction;
        var kind = Kind(text, start, out var length);
        var second = start + length;
        if (kind == Letter)
            return Run(text, second, Letter);
        if (kind == Number)
            return Digits(text, second);
        // [^\r\n\p{L}\p{N}]?\p{L}+
        byte next = Space;
        var nextLength = 0;
        if (second < text.Length)
            next = Kind(text, second, out nextLength);
        if (next == Letter && first is not ('\r' or '\n'))
            return Run(text, second + nextLength, Letter);
        // " ?[^\s\p{L}\p{N}]+[\r\n]*"
        if (kind == Other)
            return LineEnds(text, Run(text, second, Other));
        if (first == ' ' && next == Other)
            return LineEnds(text, Run(text, second + nextLength, Other));
        // \s*[\r\n]+ : as far as the last line end of the white space
        var end = Run(text, start, Space);
        var lineEnd = text[start..end].LastIndexOfAny('\r', '\n');
        return lineEnd >= 0 ? start + lineEnd + 1 : Spaces(text, start, end);
    }

    /// <summary>
    /// <c>\s+(?!\S)|\s+</c>: all white space at the end of the text, else all but the last (which goes to the word
    /// after it), else the only one.
    /// </summary>
    private static int Spaces(ReadOnlySpan<char> text, int start, int end) =>
        end == text.Length || end == start + 1 ? end : end - 1;

    private static int LineEnds(ReadOnlySpan<char> text, int index)
    {
        while (index < text.Length && text[index] is '\r' or '\n')
            index++;
        return index;
    }

    private int Digits(ReadOnlySpan<char> text, int index)
    {
        for (
            var count = 1;
            count < digits && index < text.Length && Kind(text, index, out var length) == Number;
            count++
        )
            index += length;
        return index;
    }

    private static int Run(ReadOnlySpan<char> text, int index, byte kind)
    {
        while (index < text.Length && Kind(text, index, out var length) == kind)
            index += length;
        return index;
    }

    /// <summary>
    /// The length of 's 't 're 've 'm 'll 'd at an apostrophe, 0 where there is none. Without case, U+017F (long s) is
    /// an s.
    /// </summary>
    private static int Contraction(ReadOnlySpan<char> text, int start, bool ignoreCase)
    {
        if (start + 1 >= text.Length)
            return 0;
        char first = Fold(text[start + 1], ignoreCase),
            second = start + 2 < text.Length ? Fold(text[start + 2], ignoreCase) : '\0';
        return first switch
        {
            's' or 't' or 'm' or 'd' => 2,
            'r' or 'v' when second == 'e' => 3,
            'l' when second == 'l' => 3,
            _ => 0,
        };
    }

    private static char Fold(char unit, bool ignoreCase) =>
        !ignoreCase ? unit
        : unit is >= 'A' and <= 'Z' ? (char)(unit | 0x20)
        : unit == '\u017F' ? 's'
        : unit;

    private static byte Kind(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        length = 1;
        if (!char.IsHighSurrogate(unit))
            return UnitKinds[unit];
        return Kinds[UnicodeTable.Entry(UnicodeTable.Read(text, index, out length))];
    }

    private static byte[] MakeKinds()
    {
        var kinds = new byte[256];
        for (var entry = 0; entry < kinds.Length; entry++)
            kinds[entry] =
                (entry & UnicodeTable.Whitespace) != 0
                    ? Space
                    : (UnicodeCategory)(entry & UnicodeTable.CategoryMask) switch
                    {
                        <= UnicodeCategory.OtherLetter => Letter,
                        UnicodeCategory.DecimalDigitNumber
                        or UnicodeCategory.LetterNumber
                        or UnicodeCategory.OtherNumber => Number,
                        _ => Other,
                    };
        return kinds;
    }
}
