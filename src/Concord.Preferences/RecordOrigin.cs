namespace Concord.Preferences;

/// <summary>Where a record was read.</summary>
/// <param name="File">The file's path as it was given.</param>
/// <param name="Line">The line, from 1; in a JSON array or a parquet file the record's number, from 1.</param>
public sealed record RecordOrigin(string File, int Line)
{
    /// <summary>Of a record that was never in a file.</summary>
    public static RecordOrigin Memory { get; } = new("memory", 0);
}
