using System.Runtime.InteropServices;
using System.Text;

namespace Concord.Tokenization.Unicode;

/// <summary>
/// NFC, NFD, NFKC and NFKD as Hugging Face's library computes them (its tables are of Unicode 9), without ICU.
/// </summary>
internal static class UnicodeNormalizer
{
    private const int HangulBase = 0xAC00,
        LeadBase = 0x1100,
        VowelBase = 0x1161,
        TrailBase = 0x11A7,
        LeadCount = 19,
        VowelCount = 21,
        TrailCount = 28;
    private const int HangulCount = LeadCount * VowelCount * TrailCount;

    private static readonly Tables Data = Load();

    private sealed record Tables(
        Dictionary<int, int[]> Canonical,
        Dictionary<int, int[]> Compatible,
        Dictionary<long, int> Composed,
        Dictionary<int, byte> Classes,
        HashSet<int> Marks
    )
    {
        /// <summary>By UTF-16 unit: what NFC may change, reorder or join to what stands before it.</summary>
        public bool[] Active { get; } = new bool[0x10000];
    }

    /// <summary>Whether <c>StripAccents</c> removes the code point.</summary>
    public static bool IsMark(int codePoint) => Data.Marks.Contains(codePoint);

    /// <summary>Normalizes a text without lone surrogates.</summary>
    /// <param name="text">The text.</param>
    /// <param name="compose">Whether what was decomposed is put together again (the C of NFC and NFKC).</param>
    /// <param name="compatibility">Whether compatibility characters are replaced too (the K).</param>
    public static string Normalize(string text, bool compose, bool compatibility)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u007F') || compose && !compatibility && IsComposed(text))
            return text;
        var points = Decompose(text, compatibility);
        Reorder(CollectionsMarshal.AsSpan(points));
        if (compose)
            Compose(points);
        var result = new StringBuilder(points.Count + 8);
        foreach (var point in points)
        {
            if (point < 0x10000)
                result.Append((char)point);
            else
                result.Append(char.ConvertFromUtf32(point));
        }
        return result.ToString();
    }

    /// <summary>
    /// Whether every unit of the text stands for itself under NFC whatever its neighbours are; false does not say that
    /// it changes.
    /// </summary>
    private static bool IsComposed(string text)
    {
        foreach (var unit in text)
            if (unit >= 0x300 && Data.Active[unit])
                return false;
        return true;
    }

    private static List<int> Decompose(string text, bool compatibility)
    {
        var points = new List<int>(text.Length + 16);
        for (var i = 0; i < text.Length; )
        {
            var point = UnicodeTable.Read(text, i, out var length);
            i += length;
            if (point < 0x80)
                points.Add(point);
            else if (point is >= HangulBase and < HangulBase + HangulCount)
            {
                var index = point - HangulBase;
                points.Add(LeadBase + index / (VowelCount * TrailCount));
                points.Add(VowelBase + index % (VowelCount * TrailCount) / TrailCount);
                if (index % TrailCount != 0)
                    points.Add(TrailBase + index % TrailCount);
            }
            else if (
                compatibility && Data.Compatible.TryGetValue(point, out var parts)
                || Data.Canonical.TryGetValue(point, out parts)
            )
                points.AddRange(parts);
            else
                points.Add(point);
        }
        return points;
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order of equals.</summary>
    private static void Reorder(Span<int> points)
    {
        for (var i = 0; i < points.Length; i++)
        {
            if (Class(points[i]) == 0)
                continue;
            var end = i + 1;
            while (end < points.Length && Class(points[end]) != 0)
                end++;
            if (end - i > 1)
            {
                // A stable sort by key; runs can be long in hostile text, so no insertion sort.
                var run = points[i..end];
                var keys = new long[run.Length];
                for (var k = 0; k < keys.Length; k++)
                    keys[k] = (long)Class(run[k]) << 32 | (uint)k;
                MemoryExtensions.Sort(keys.AsSpan(), run);
            }
            i = end;
        }
    }

    private static void Compose(List<int> points)
    {
        int starter = -1,
            lastClass = 0,
            written = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var own = Class(point);
            // A mark reaches its starter unless one of the same or a higher class, or another starter, stands between.
            var reaches = starter >= 0 && (written - 1 == starter || lastClass < own && lastClass != 0);
            if (reaches && TryCompose(points[starter], point, out var whole))
            {
                points[starter] = whole;
                continue;
            }
            if (own == 0)
                starter = written;
            lastClass = own;
            points[written++] = point;
        }
        points.RemoveRange(written, points.Count - written);
    }

    private static bool TryCompose(int first, int second, out int whole)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            whole = HangulBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TrailCount;
            return true;
        }
        if (
            first is >= HangulBase and < HangulBase + HangulCount
            && (first - HangulBase) % TrailCount == 0
            && second is > TrailBase and < TrailBase + TrailCount
        )
        {
            whole = first + second - TrailBase;
            return true;
        }
        return Data.Composed.TryGetValue((long)first << 32 | (uint)second, out whole);
    }

    private static int Class(int point) => point < 0x300 ? 0 : Data.Classes.GetValueOrDefault(point);

    private static Tables Load()
    {
        var tables = new Tables([], [], [], [], []);
        foreach (var (key, items) in TableFile.Read("Normalization.txt"))
        foreach (var item in items)
            switch (key)
            {
                case "Canonical":
                    Add(tables.Canonical, item);
                    break;
                case "Compatible":
                    Add(tables.Compatible, item);
                    break;
                case "Composed":
                    var (whole, pair) = Mapping(item);
                    tables.Composed[(long)pair[0] << 32 | (uint)pair[1]] = whole;
                    break;
                default:
                    var range = CodePointRange.Parse(item);
                    for (var c = range.First; c <= range.Last; c++)
                    {
                        if (key == "Mark")
                            tables.Marks.Add(c);
                        else
                            tables.Classes[c] = byte.Parse(
                                key.AsSpan("Class".Length),
                                System.Globalization.CultureInfo.InvariantCulture
                            );
                    }
                    break;
            }
        var composites = tables.Composed.Values.ToHashSet();
        var seconds = tables.Composed.Keys.Select(pair => (int)(uint)pair);
        foreach (
            var point in tables
                .Canonical.Keys.Where(point => !composites.Contains(point))
                .Concat(tables.Classes.Keys)
                .Concat(seconds)
        )
            if (point < 0x10000)
                tables.Active[point] = true;
        Array.Fill(tables.Active, true, VowelBase, TrailBase + TrailCount - VowelBase);
        // halves of a code point: looked at one by one only in full normalization
        Array.Fill(tables.Active, true, 0xD800, 0x800);
        return tables;
    }

    private static void Add(Dictionary<int, int[]> table, string item)
    {
        var (point, parts) = Mapping(item);
        table[point] = parts;
    }

    private static (int Point, int[] Parts) Mapping(string item)
    {
        var equals = item.IndexOf('=', StringComparison.Ordinal);
        return (
            TableFile.Hex(item.AsSpan(0, equals)),
            [.. item[(equals + 1)..].Split(',').Select(part => TableFile.Hex(part))]
        );
    }
}
