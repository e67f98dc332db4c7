using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>The files of one data set (its shards, mostly one): one name, and one column of sources.</summary>
/// <param name="Files">The files.</param>
/// <param name="Source">What their name gives.</param>
internal sealed record DataSetFiles(IReadOnlyList<RepeatedFile> Files, FileSource Source)
{
    private SourceField? counted;

    /// <summary>What is to be said of the column, once a file was read.</summary>
    public string? Note => counted?.Note;

    /// <summary>The column that tells sources, counted once over all files; null where it is none.</summary>
    public string? Field(
        PreferenceFormat format,
        ReadOptions options,
        ColumnMapping mapping,
        IReadOnlyList<RawRecord> sample
    )
    {
        if (options.Source is not null || format.TellsSources || mapping.Columns.ContainsKey("source"))
            return null;
        counted ??= Candidate(sample, mapping) is { } name ? SourceField.Count(name, Files, Source) : SourceField.None;
        return counted.Name;
    }

    private static string? Candidate(IReadOnlyList<RawRecord> sample, ColumnMapping mapping)
    {
        var documents = new List<JsonDocument>();
        try
        {
            var records = new List<RecordFields>();
            foreach (var record in sample.Where(record => record.Problem is null))
                try
                {
                    documents.Add(RecordJson.Parse(record.Bytes));
                    records.Add(RecordFields.Of(documents[^1].RootElement, mapping));
                }
                catch (Exception error) when (error is JsonException or RecordException)
                {
                    // said where the record is read
                }
            return SourceField.Candidate(records);
        }
        finally
        {
            documents.ForEach(document => document.Dispose());
        }
    }
}
