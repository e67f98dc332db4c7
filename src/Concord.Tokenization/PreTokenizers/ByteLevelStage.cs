using System.Text;
using Concord.Tokenization.Patterns;

namespace Concord.Tokenization.PreTokenizers;

/// <summary>
/// GPT-2's cut into words, before the bytes of each are written as <see cref="ByteAlphabet"/> letters.
/// </summary>
internal sealed class ByteLevelStage(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly TextPattern Words = TextPattern.ForRegex(ContractionPattern.Gpt2);

    public override void Split(Piece piece, List<Piece> parts)
    {
        if (addPrefixSpace && piece.Span[0] != ' ')
            piece = piece.With(string.Concat(" ", piece.Span));
        if (useRegex)
            Splitter.Split(piece, Words, SplitBehavior.Isolated, invert: false, parts);
        else
            parts.Add(piece);
    }
}

/// <summary>
/// Writes each byte of the UTF-8 form as one letter. Needed as a stage only where another follows; at the end the model
/// takes the bytes themselves.
/// </summary>
internal sealed class ByteLettersStage : PreTokenizer
{
    public override void Split(Piece piece, List<Piece> parts) => parts.Add(piece.With(ByteAlphabet.Write(piece.Span)));
}

/// <summary>GPT-2's one-to-one map between the 256 bytes and printable letters.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Letters = MakeLetters();

    private static readonly short[] Bytes = MakeBytes();

    /// <summary>The letter of a byte.</summary>
    public static char Letter(byte value) => Letters[value];

    /// <summary>The byte of a letter, or -1.</summary>
    public static int Byte(char letter) => letter < Bytes.Length ? Bytes[letter] : -1;

    /// <summary>The UTF-8 bytes of a text as letters.</summary>
    public static string Write(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(
            count,
            bytes,
            static (letters, source) =>
            {
                for (var i = 0; i < letters.Length; i++)
                    letters[i] = Letters[source[i]];
            }
        );
    }

    private static char[] MakeLetters()
    {
        var letters = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
            letters[value] = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : next++;
        return letters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Letters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[Letters[value]] = (short)value;
        return bytes;
    }
}
