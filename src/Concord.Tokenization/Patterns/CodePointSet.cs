using System.Globalization;
using Concord.Tokenization.Unicode;

namespace Concord.Tokenization.Patterns;

/// <summary>
/// A character class: code points by range, category and property, possibly of other classes, possibly negated.
/// </summary>
internal sealed class CodePointSet
{
    private readonly List<CodePointRange> ranges = [];
    private readonly List<CodePointSet> parts = [];
    private uint categories;
    private byte flags;
    private bool inverted;
    private bool[]? ascii;

    public static CodePointSet Of(params ReadOnlySpan<int> points)
    {
        var set = new CodePointSet();
        foreach (var point in points)
            set.Add(point, point);
        return set;
    }

    public static CodePointSet OfCategories(uint categories) => new() { categories = categories };

    /// <summary>The code points with a flag of <see cref="UnicodeTable"/>.</summary>
    public static CodePointSet OfFlag(byte flag) => new() { flags = flag };

    public void Add(int first, int last) => ranges.Add(new CodePointRange(first, last));

    public void Add(CodePointSet part) => parts.Add(part);

    public CodePointSet Inverted()
    {
        var result = new CodePointSet { inverted = true };
        result.parts.Add(this);
        return result;
    }

    public bool Contains(int point)
    {
        if (point >= 128)
            return Compute(point);
        ascii ??= [.. Enumerable.Range(0, 128).Select(Compute)];
        return ascii[point];
    }

    private bool Compute(int point)
    {
        var entry = UnicodeTable.Entry(point);
        var found = (categories >> (entry & UnicodeTable.CategoryMask) & 1) != 0 || (entry & flags) != 0;
        for (var i = 0; i < ranges.Count && !found; i++)
            found = point >= ranges[i].First && point <= ranges[i].Last;
        for (var i = 0; i < parts.Count && !found; i++)
            found = parts[i].Contains(point);
        return found != inverted;
    }

    /// <summary>Decimal digits: <c>\d</c>.</summary>
    public static CodePointSet Digits { get; } = OfCategories(1u << (int)UnicodeCategory.DecimalDigitNumber);
}
