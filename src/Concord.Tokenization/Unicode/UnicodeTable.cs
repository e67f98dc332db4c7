using System.Globalization;

namespace Concord.Tokenization.Unicode;

/// <summary>
/// What Hugging Face's library takes a code point for, whatever Unicode version the running .NET has.
/// </summary>
/// <remarks>
/// The tables lie beside this file; <c>make_tables.js</c> made them by asking that library about every code point.
/// </remarks>
internal static class UnicodeTable
{
    /// <summary>
    /// The bits of an entry that hold the general category (numbered as <see cref="UnicodeCategory"/>).
    /// </summary>
    public const byte CategoryMask = 0x1F;

    /// <summary>Set where <c>\s</c> matches: the White_Space property.</summary>
    public const byte Whitespace = 0x20;

    /// <summary>Set where <c>\w</c> matches.</summary>
    public const byte Word = 0x40;

    /// <summary>Set where <c>Digits</c> sees a number.</summary>
    public const byte Numeric = 0x80;

    private static readonly string[] CategoryNames =
    [
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "Mn",
        "Mc",
        "Me",
        "Nd",
        "Nl",
        "No",
        "Zs",
        "Zl",
        "Zp",
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "Cn",
    ];

    // Two stages: the code point's block of 256, then its place in it. Equal blocks are kept once, so that what
    // ordinary text touches stays in the cache.
    private static readonly (ushort[] Blocks, byte[] Entries) Table = Load();

    private static readonly ushort[] Blocks = Table.Blocks;

    private static readonly byte[] Entries = Table.Entries;

    /// <summary>Category and flags of a code point, 0 ≤ <paramref name="codePoint"/> ≤ 0x10FFFF.</summary>
    public static byte Entry(int codePoint) => Entries[Blocks[codePoint >> 8] << 8 | codePoint & 0xFF];

    /// <summary>The general category.</summary>
    public static UnicodeCategory Category(int codePoint) => (UnicodeCategory)(Entry(codePoint) & CategoryMask);

    /// <summary><c>\s</c>.</summary>
    public static bool IsWhitespace(int codePoint) => (Entry(codePoint) & Whitespace) != 0;

    /// <summary><c>\w</c>.</summary>
    public static bool IsWord(int codePoint) => (Entry(codePoint) & Word) != 0;

    /// <summary>A number to <c>Digits</c>.</summary>
    public static bool IsNumeric(int codePoint) => (Entry(codePoint) & Numeric) != 0;

    /// <summary>
    /// The categories of a property name: a category (<c>Lu</c>) or the first letter of several (<c>L</c>), as bits by
    /// <see cref="UnicodeCategory"/>; 0 for a name that is neither.
    /// </summary>
    public static uint CategoriesNamed(string name)
    {
        var bits = 0u;
        for (var i = 0; i < CategoryNames.Length; i++)
            if (CategoryNames[i] == name || name.Length == 1 && CategoryNames[i][0] == name[0])
                bits |= 1u << i;
        return bits;
    }

    /// <summary>
    /// Reads the code point at a place of a text without lone surrogates; <paramref name="length"/> is 1 or 2 UTF-16
    /// units.
    /// </summary>
    public static int Read(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        if (!char.IsHighSurrogate(unit) || index + 1 >= text.Length)
        {
            length = 1;
            return unit;
        }
        length = 2;
        return char.ConvertToUtf32(unit, text[index + 1]);
    }

    private static (ushort[], byte[]) Load()
    {
        var flat = new byte[0x110000];
        Array.Fill(flat, (byte)UnicodeCategory.OtherNotAssigned);
        Array.Fill(flat, (byte)UnicodeCategory.Surrogate, 0xD800, 0x800);
        var extras = new List<(byte Flag, CodePointRange Range)>();
        foreach (var (key, items) in TableFile.Read("GeneralCategories.txt"))
        foreach (var item in items)
        {
            var range = CodePointRange.Parse(item);
            if (key is "Numeric" or "Word")
                extras.Add((key == "Numeric" ? Numeric : Word, range));
            else
                Array.Fill(flat, (byte)Array.IndexOf(CategoryNames, key), range.First, range.Count);
        }
        for (var c = 0; c < flat.Length; c++)
            flat[c] |= Flags(c, (UnicodeCategory)flat[c]);
        foreach (var (flag, range) in extras)
            for (var c = range.First; c <= range.Last; c++)
                flat[c] |= flag;
        return Fold(flat);
    }

    private static byte Flags(int codePoint, UnicodeCategory category) =>
        category switch
        {
            <= UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.EnclosingMark
            or UnicodeCategory.ConnectorPunctuation => Word,
            UnicodeCategory.DecimalDigitNumber => Word | Numeric,
            UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Numeric,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                Whitespace,
            _ => codePoint is >= 9 and <= 13 or 0x85 ? Whitespace : (byte)0,
        };

    private static (ushort[], byte[]) Fold(byte[] flat)
    {
        var blocks = new ushort[flat.Length >> 8];
        var entries = new List<byte>();
        var known = new Dictionary<string, ushort>(StringComparer.Ordinal);
        for (var block = 0; block < blocks.Length; block++)
        {
            var content = flat.AsSpan(block << 8, 256);
            var key = Convert.ToBase64String(content);
            if (!known.TryGetValue(key, out var place))
            {
                known[key] = place = (ushort)(entries.Count >> 8);
                entries.AddRange(content);
            }
            blocks[block] = place;
        }
        return (blocks, [.. entries]);
    }
}
