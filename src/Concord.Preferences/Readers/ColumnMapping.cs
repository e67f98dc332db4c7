using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>
/// Which column of a file is which field of a record: <c>prompt=question,chosen=a,rejected=b</c>. A reader then sees
/// the fields under the names that formats have, whatever the file calls them.
/// </summary>
public sealed class ColumnMapping
{
    private readonly Dictionary<string, string> columns;

    private ColumnMapping(Dictionary<string, string> columns) => this.columns = columns;

    /// <summary>The fields that may be named.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "prompt",
        "messages",
        "system",
        "history",
        "tools",
        "chosen",
        "rejected",
        "response_a",
        "response_b",
        "winner",
        "responses",
        "scores",
        "ranks",
        "response",
        "score",
        "text",
        "score_chosen",
        "score_rejected",
        "margin",
        "source",
        "annotator",
        "images",
        "prompt_ids",
        "chosen_ids",
        "rejected_ids",
        "response_ids",
    ];

    /// <summary>No column has another name than its field.</summary>
    public static ColumnMapping None { get; } = new([]);

    /// <summary>Columns by field; an empty one says that the file has nothing for the field.</summary>
    public IReadOnlyDictionary<string, string> Columns => columns;

    /// <summary>A mapping of columns by field.</summary>
    /// <param name="columns">The column, or a path of names joined by dots to a field of an object in one; empty where
    /// a column of the field's name is to be left aside.</param>
    /// <exception cref="ConcordException">No record has such a field, or two fields name one column.</exception>
    public static ColumnMapping Of(IEnumerable<KeyValuePair<string, string>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, column) in columns)
        {
            if (!Fields.Contains(field))
                throw new ConcordException(
                    $"\"{field}\" is no field that a column can be; did you mean {NearestName.Nearest(field, Fields)}? "
                        + $"Fields: {string.Join(", ", Fields)}."
                );
            if (column.Length > 0 && named.FirstOrDefault(one => one.Value == column).Key is { } other)
                throw new ConcordException(
                    $"The column \"{column}\" cannot be both {other} and {field}: name it once."
                );
            if (!named.TryAdd(field, column))
                throw new ConcordException($"The field {field} is given two columns: give it one.");
        }
        return new ColumnMapping(named);
    }

    /// <summary>Reads <c>FIELD=COLUMN,FIELD=COLUMN</c>, as a command line has it.</summary>
    /// <param name="text">The pairs; a part without <c>=</c> belongs to the column before it, whose name has a
    /// comma.</param>
    /// <exception cref="ConcordException">It is written otherwise, or <see cref="Of"/> refuses it.</exception>
    public static ColumnMapping Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in text.Split(','))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
                pairs.Add(new(part[..at].Trim(), part[(at + 1)..]));
            else if (pairs.Count > 0 && at < 0)
                pairs[^1] = new(pairs[^1].Key, $"{pairs[^1].Value},{part}");
            else
                throw new ConcordException(
                    $"\"{text}\" names no columns; FIELD=COLUMN,.. was expected, for instance "
                        + "prompt=question,chosen=good,rejected=bad."
                );
        }
        return Of(pairs);
    }

    /// <summary>The same and one field more, whose column may be another field's too.</summary>
    internal ColumnMapping With(string field, string column) => new(new(columns) { [field] = column });

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', columns.Select(one => $"{one.Key}={one.Value}"));
}
