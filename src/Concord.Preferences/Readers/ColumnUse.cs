using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>Counts the records of a file in which a column held something and no reader looked at it.</summary>
internal sealed class ColumnUse
{
    private readonly HashSet<string> held = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, int> unused = new(StringComparer.Ordinal);

    /// <summary>The columns left aside, in the order in which they were met.</summary>
    public IReadOnlyList<UnusedColumn> Unused =>
        [.. unused.Select(one => new UnusedColumn(one.Key, one.Value, Bookkeeping.Is(one.Key)))];

    /// <summary>Takes the columns of an object of the record.</summary>
    public void See(string path, IReadOnlyDictionary<string, JsonElement> columns)
    {
        foreach (var (name, value) in columns)
            if (Holds(value))
                held.Add(path + name);
    }

    /// <summary>Notes a column as looked at.</summary>
    public void Use(string column) => used.Add(column);

    /// <summary>Ends a record.</summary>
    /// <param name="read">Whether it was read: what a problem left aside is no news.</param>
    public void End(bool read)
    {
        if (read)
            foreach (var column in held)
                if (!used.Contains(column))
                    unused[column] = unused.GetValueOrDefault(column) + 1;
        held.Clear();
        used.Clear();
    }

    private static bool Holds(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.String => !value.ValueEquals(""),
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().MoveNext(),
            _ => true,
        };
}
