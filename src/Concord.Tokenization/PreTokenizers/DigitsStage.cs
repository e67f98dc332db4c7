using Concord.Tokenization.Patterns;
using Concord.Tokenization.Unicode;

namespace Concord.Tokenization.PreTokenizers;

/// <summary>Cuts numbers out: each code point alone, or runs of them.</summary>
internal sealed class DigitsStage(bool individually) : PreTokenizer
{
    private static readonly NumericPattern Numbers = new();

    public override void Split(Piece piece, List<Piece> parts) =>
        Splitter.Split(
            piece,
            Numbers,
            individually ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
            invert: false,
            parts
        );

    private sealed class NumericPattern : TextPattern
    {
        private static readonly bool[] Units =
        [
            .. Enumerable.Range(0, 0x10000).Select(unit => UnicodeTable.IsNumeric(unit)),
        ];

        public override (int Start, int End) Next(ReadOnlySpan<char> text, int from)
        {
            for (var i = from; i < text.Length; )
            {
                var length = 1;
                var numeric = char.IsHighSurrogate(text[i])
                    ? UnicodeTable.IsNumeric(UnicodeTable.Read(text, i, out length))
                    : Units[text[i]];
                if (numeric)
                    return (i, i + length);
                i += length;
            }
            return (-1, -1);
        }
    }
}
