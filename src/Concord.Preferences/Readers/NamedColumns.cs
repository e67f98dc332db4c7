using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>Columns that the user names must be there.</summary>
internal static class NamedColumns
{
    /// <summary>Looks for them in the first records.</summary>
    /// <exception cref="ConcordException">None of the records has one; the message names the nearest.</exception>
    public static void Check(IReadOnlyList<RawRecord> sample, ColumnMapping mapping, string name)
    {
        if (mapping.Columns.Values.All(column => column.Length == 0))
            return;
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in sample.Where(record => record.Problem is null))
            try
            {
                using var document = RecordJson.Parse(record.Bytes);
                there.UnionWith(RecordFields.Of(document.RootElement, ColumnMapping.None).Columns);
            }
            catch (Exception error) when (error is JsonException or RecordException)
            {
                // said where the record is read
            }
        if (there.Count == 0)
            return;
        foreach (var (field, column) in mapping.Columns)
            if (column.Length > 0 && !there.Contains(column) && !there.Contains(column.Split('.')[0]))
                throw new ConcordException(
                    $"{name}: no column \"{column}\" for {field} in its first {sample.Count} records; they have "
                        + $"{string.Join(", ", there)}."
                        + (NearestName.Find(column, [.. there]) is { } near ? $" Did you mean {near}?" : "")
                );
    }
}
