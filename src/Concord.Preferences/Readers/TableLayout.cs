using System.Text;

namespace Concord.Preferences.Readers;

/// <summary>How a table's fields are told apart.</summary>
/// <param name="Delimiter">A comma, semicolon or tab.</param>
internal sealed record TableLayout(string Delimiter)
{
    private const int LongestName = 64;

    private static readonly string[] Delimiters = ["\t", ",", ";"];

    /// <summary>
    /// The layout of a file that its name calls a table, or whose first line reads like names of columns; null where it
    /// is JSON.
    /// </summary>
    /// <param name="name">The file's.</param>
    /// <param name="start">Its beginning, unpacked.</param>
    public static TableLayout? Of(string name, ReadOnlySpan<byte> start)
    {
        var text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF').TrimStart();
        if (text.Length == 0 || text[0] is '{' or '[')
            return null;
        var line = text.Split('\n', 2)[0];
        var delimiter = Delimiters.MaxBy(one => line.Split(one).Length)!;
        switch (SourceName.Extension(name))
        {
            case ".csv":
                return new TableLayout(delimiter);
            case ".tsv" or ".tab":
                return new TableLayout("\t");
            case ".json" or ".jsonl" or ".ndjson":
                return null;
        }
        var below = text.Length > line.Length ? text[(line.Length + 1)..].TrimStart() : "";
        var names = line.Split(delimiter).Select(one => one.Trim().Trim('"')).ToArray();
        return
            names.Length > 1
            && below is [not ('{' or '['), ..]
            && names.All(one => one.Length is > 0 and <= LongestName && one == one.Trim())
            && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? new TableLayout(delimiter)
            : null;
    }
}
