using System.Globalization;
using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Which column of a file's records says whose preference they are, where neither the user nor the format does:
/// <c>source</c>, <c>subset</c> or <c>dataset</c>, the first found, unless its values are too many or too rare to be
/// sources. Then the file's name is, and a note says so.
/// </summary>
internal sealed record SourceField(string? Name, string? Note)
{
    /// <summary>A column of more values than this names things, not sources.</summary>
    public const int MostValues = 50;

    /// <summary>A value of fewer records than this is no source that could be trained on or judged.</summary>
    public const int FewestRecords = 20;

    private static readonly string[] Candidates = ["source", "subset", "dataset"];

    /// <summary>Nothing is taken, and nothing is to be said.</summary>
    public static SourceField None { get; } = new(null, null);

    /// <summary>The candidate that the first records have, or null.</summary>
    public static string? Candidate(IEnumerable<RecordFields> sample)
    {
        var records = sample.ToArray();
        if (records.Any(record => record.Has("objective") || record.Has("domain")))
            return null; // the format's own field
        return Candidates.FirstOrDefault(name =>
            records.Any(record => record.Peek(name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number })
        );
    }

    /// <summary>Counts a column's values over whole files.</summary>
    /// <param name="name">The column.</param>
    /// <param name="files">The shards of one data set.</param>
    /// <param name="called">What the source is called without the column.</param>
    public static SourceField Count(string name, IReadOnlyList<RepeatedFile> files, FileSource called)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var without = 0;
        foreach (var file in files)
        {
            using var stream = file.Open();
            foreach (var record in RecordContainer.Records(stream, file.Name))
            {
                if (record.Problem is not null)
                    break;
                if (TopLevelText.Of(record.Bytes, name) is { } value)
                    counts[value] = counts.GetValueOrDefault(value) + 1;
                else
                    without++;
                if (counts.Count > MostValues)
                    return Refused($"more than {MostValues} values, too many to be sources");
            }
        }
        if (counts.Count == 0)
            return None;
        var (rarest, fewest) = counts.MinBy(one => one.Value);
        if (fewest < FewestRecords)
            return Refused(
                $"a value of {Text(fewest)} {(fewest == 1 ? "record" : "records")} ('{rarest}'), where {FewestRecords} "
                    + "make a source"
            );
        return new SourceField(
            name,
            without == 0
                ? null
                : $"{files[0].Name}: {Text(without)} records have no {name}; their source is the file's name"
        );

        SourceField Refused(string why) =>
            new(
                null,
                $"{files[0].Name}: the column {name} has {why}, so the source is {called.Shown}; to take the column all "
                    + $"the same: --source-field {name} (in a recipe: source_field: {name})"
            );
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
