namespace Concord.Preferences.Readers;

/// <summary>How a file is read.</summary>
public sealed record ReadOptions
{
    /// <summary>The format; recognised from the content where null.</summary>
    /// <value>Default: null.</value>
    public PreferenceFormat? Format { get; init; }

    /// <summary>
    /// The source of every comparison; where null, that of <see cref="SourceField"/>, else what the format tells apart
    /// (objective, domain), else the record's <c>source</c>, <c>subset</c> or <c>dataset</c> where its values are few
    /// and frequent enough, else the file's name.
    /// </summary>
    /// <value>Default: null.</value>
    public string? Source { get; init; }

    /// <summary>The column whose values are the sources, however many they are; null to go by the rule.</summary>
    /// <value>Default: null.</value>
    public string? SourceField { get; init; }

    /// <summary>Which columns are which fields, where the file calls them otherwise than formats do.</summary>
    /// <value>Default: <see cref="ColumnMapping.None"/>.</value>
    public ColumnMapping Columns { get; init; } = ColumnMapping.None;

    /// <summary>
    /// Whether records of the format <c>responses</c> may lack scores and hold a single response (what is to be scored,
    /// not learned from); their scores are then all 0.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AllowUnscored { get; init; }

    /// <summary>Whether the caller names the column of the source.</summary>
    internal bool HasSourceField => Mapping.Columns.TryGetValue("source", out var column) && column.Length > 0;

    /// <summary>The columns with that of the source.</summary>
    /// <exception cref="ConcordException">The two name different ones.</exception>
    internal ColumnMapping Mapping =>
        SourceField is null ? Columns
        : Columns.Columns.TryGetValue("source", out var column)
            ? column == SourceField ? Columns
                : throw new ConcordException(
                    $"The source is to be the column \"{SourceField}\" and the column \"{column}\": name one."
                )
        : Columns.With("source", SourceField);
}
