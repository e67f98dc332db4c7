using Concord.Foundation;
using Concord.Preferences.Readers;

namespace Concord;

/// <summary>Files of one or more sources, and how much of each is used.</summary>
public sealed record PreferenceSource
{
    /// <summary>
    /// The source of every comparison; null to go by <see cref="SourceField"/>, the domain or objective that a record
    /// carries, its <c>source</c>, <c>subset</c> or <c>dataset</c> where the values are few and frequent enough, else
    /// the file's name (<see cref="ReadOptions.Source"/>).
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The column whose values are the sources; null to go by the rule.</summary>
    public string? SourceField { get; init; }

    /// <summary>Which columns are which fields, where the files call them otherwise than formats do.</summary>
    /// <value>Default: <see cref="ColumnMapping.None"/>.</value>
    public ColumnMapping Columns { get; init; } = ColumnMapping.None;

    /// <summary>Paths.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The format, one of <see cref="PreferenceFormat.All"/> or of one's own; null to recognise it.</summary>
    public PreferenceFormat? Format { get; init; }

    /// <summary>Most comparisons of each source that are not held out, at least 1; null for all.</summary>
    [Setting("Most comparisons trained on, chosen by the split's seed; empty: all.", Least = 1)]
    public int? Limit { get; init; }

    /// <summary>How many times the usual number of comparisons a source has in a balanced batch, above 0.</summary>
    /// <value>Default 1.</value>
    [Setting("How many times the usual number of comparisons it has in a balanced batch.", Above = 0)]
    public double Share { get; init; } = 1;

    /// <summary>How its files are read.</summary>
    internal ReadOptions Reading =>
        new()
        {
            Source = Name,
            SourceField = SourceField,
            Columns = Columns,
            Format = Format,
        };
}
