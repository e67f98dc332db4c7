namespace Concord.Preferences.Readers;

/// <summary>A record that could not be read, and why.</summary>
/// <param name="File">The file's path as it was given.</param>
/// <param name="Line">The line, from 1; in a JSON array or a parquet file the record's number, from 1.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record ReadProblem(string File, int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}:{Line}: {Message}");
}
