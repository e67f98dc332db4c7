using System.Globalization;
using System.Reflection;

namespace Concord.Tokenization.Unicode;

/// <summary>The two embedded text tables: lines of a key and items; lines beginning with # are comments.</summary>
internal static class TableFile
{
    public static IEnumerable<(string Key, ArraySegment<string> Items)> Read(string name)
    {
        var resource = $"{typeof(TableFile).Namespace}.{name}";
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is not in this assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var words = line.Split(' ');
            yield return (words[0], new ArraySegment<string>(words, 1, words.Length - 1));
        }
    }

    public static int Hex(ReadOnlySpan<char> digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

/// <summary>Code points from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct CodePointRange(int First, int Last)
{
    public int Count => Last - First + 1;

    /// <summary>Reads "41" or "41-5A".</summary>
    public static CodePointRange Parse(string item)
    {
        var dash = item.IndexOf('-', StringComparison.Ordinal);
        return dash < 0
            ? new CodePointRange(TableFile.Hex(item), TableFile.Hex(item))
            : new CodePointRange(TableFile.Hex(item.AsSpan(0, dash)), TableFile.Hex(item.AsSpan(dash + 1)));
    }
}
