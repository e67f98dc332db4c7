using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>One reading of one file, record by record.</summary>
/// <param name="file">The file.</param>
/// <param name="options">How it is read.</param>
/// <param name="dataSet">The data set that it is a shard of.</param>
internal sealed class FileReading(RepeatedFile file, ReadOptions options, DataSetFiles dataSet)
{
    // How many records are looked at to recognise the format; more than a few, since the first may be the malformed
    // one.
    private const int Sampled = 16;

    private readonly ColumnUse use = new();
    private readonly ReplacedBytes replaced = new();
    private readonly ColumnMapping mapping = options.Mapping;
    private RecordSources? sources;

    /// <summary>The format, once the first record came.</summary>
    public PreferenceFormat? Format { get; private set; }

    /// <summary>What no comparison was made of, at the end.</summary>
    public IReadOnlyList<UnusedColumn> Unused => use.Unused;

    /// <summary>What else is to be said, at the end.</summary>
    public IEnumerable<string> Notes =>
        (sources?.Notes(file.Name) ?? []).Concat(replaced.Note(file.Name) is { } note ? [note] : []);

    /// <summary>Reads the file; what the whole of it tells comes last, with line 0.</summary>
    /// <exception cref="ConcordException">It cannot be opened, has no known format, or lacks a column that the caller
    /// names.</exception>
    public IEnumerable<ReadRecord> Records()
    {
        using var stream = file.Open();
        using var raw = RecordContainer.Records(stream, file.Name).GetEnumerator();
        var sample = new List<RawRecord>();
        while (sample.Count < Sampled && raw.MoveNext())
            sample.Add(raw.Current);
        NamedColumns.Check(sample, mapping, file.Name);
        Format = options.Format ?? FormatRecogniser.Of(sample, file.Name, mapping, options.AllowUnscored);
        var reader = Format.NewReader();
        sources = new RecordSources(options, dataSet.Source, dataSet.Field(Format, options, mapping, sample));
        var context = new RecordContext(file.Name, options, sources);
        foreach (var record in sample)
            yield return ReadOne(reader, record, context);
        while (sample.Count == Sampled && raw.MoveNext())
            yield return ReadOne(reader, raw.Current, context);
        context.Begin(0);
        reader.Finish(context);
        string?[] notes = [UnusedColumns.Said(file.Name, Unused), dataSet.Note, .. Notes];
        yield return context.Give() with
        {
            Notes = [.. notes.OfType<string>()],
        };
    }

    /// <summary>What an exception of the JSON library says to a user.</summary>
    public static string Said(Exception error) =>
        error is RecordException
            ? error.Message
            : "it holds text that is none (half a surrogate pair, or bytes that are no UTF-8).";

    private ReadRecord ReadOne(IRecordReader reader, RawRecord record, RecordContext context)
    {
        context.Begin(record.Number);
        replaced.See(record.Bytes);
        var problem = record.Problem;
        if (problem is null)
            try
            {
                using var document = RecordJson.Parse(record.Bytes);
                var fields = RecordFields.Of(document.RootElement, mapping, use);
                context.Take(fields);
                reader.Read(fields, context);
            }
            catch (JsonException error)
            {
                problem = $"not JSON at byte {error.BytePositionInLine + 1}: {JsonErrors.Said(error)}";
            }
            catch (Exception error) when (error is RecordException or InvalidOperationException)
            {
                problem = Said(error);
            }
        var given = context.Give(problem) with { Json = record.Bytes };
        OddMessageFields.See(use, given.Comparisons);
        use.End(problem is null);
        return given;
    }
}
