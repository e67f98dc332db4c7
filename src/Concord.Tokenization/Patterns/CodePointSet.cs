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
    private CodePointRange[]? sorted;

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

    /// <summary>How many other classes are asked for one code point.</summary>
    public int PartCount => parts.Count;

    public void Add(CodePointSet part)
    {
        if (part.inverted)
        {
            parts.Add(part);
            return;
        }
        ranges.AddRange(part.ranges);
        parts.AddRange(part.parts);
        categories |= part.categories;
        flags |= part.flags;
    }

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
        found = found || InRanges(point);
        for (var i = 0; i < parts.Count && !found; i++)
            found = parts[i].Contains(point);
        return found != inverted;
    }

    private bool InRanges(int point)
    {
        sorted ??= Merged();
        int low = 0,
            high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle].Last < point)
                low = middle + 1;
            else
                high = middle;
        }
        return low < sorted.Length && point >= sorted[low].First;
    }

    private CodePointRange[] Merged()
    {
        var merged = new List<CodePointRange>(ranges.Count);
        foreach (var range in ranges.OrderBy(range => range.First))
            if (merged.Count > 0 && range.First <= merged[^1].Last)
                merged[^1] = new CodePointRange(merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        return [.. merged];
    }

    /// <summary>Decimal digits: <c>\d</c>.</summary>
    public static CodePointSet Digits { get; } = OfCategories(1u << (int)UnicodeCategory.DecimalDigitNumber);
}
