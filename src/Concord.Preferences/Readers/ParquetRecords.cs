using Apache.Arrow;
using Concord.Foundation;
using ParquetSharp.Arrow;

namespace Concord.Preferences.Readers;

/// <summary>
/// The rows of a parquet file as JSON records, a few at a time: lists, structs and lists of structs become what they
/// are in JSON, so every reader reads parquet too. Arrow's own reader, the one that pyarrow is, decodes the file.
/// </summary>
internal static class ParquetRecords
{
    /// <summary>The four bytes a parquet file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Reads the rows; what breaks behind the first of them ends the file as a problem.</summary>
    /// <exception cref="ConcordException">The file is none, or is damaged where it describes itself.</exception>
    public static IEnumerable<RawRecord> Read(Stream stream, string name)
    {
        using var arrow = Properties();
        arrow.BatchSize = Guarded(() => ParquetHeader.Check(stream), name);
        stream.Position = 0;
        using var properties = ParquetHeader.Properties();
        using var reader = Guarded(() => new FileReader(stream, properties, arrow, leaveOpen: true), name);
        using var batches = Guarded(() => reader.GetRecordBatchReader(), name);
        var number = 0;
        // What is written once and named in every row comes out as often.
        var unpacked = new UnpackLimit(() => stream.Length);
        while (true)
        {
            using var batch = Next(batches, out var problem);
            if (problem is not null)
                yield return new RawRecord(number + 1, [], $"the file cannot be read further: {problem}");
            if (batch is null)
                yield break;
            for (var row = 0; row < batch.Length; row++)
            {
                var record = Row(batch, row, ++number);
                unpacked.Add(record.Bytes.Length);
                yield return record;
            }
        }
    }

    private static RecordBatch? Next(Apache.Arrow.Ipc.IArrowArrayStream batches, out string? problem)
    {
        problem = null;
        try
        {
            return batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            problem = Said(error);
            return null;
        }
    }

    private static RawRecord Row(RecordBatch batch, int row, int number)
    {
        try
        {
            return new RawRecord(number, ArrowJson.Row(batch, row));
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            return new RawRecord(number, [], $"the row cannot be read: {Said(error)}");
        }
    }

    private static ArrowReaderProperties Properties()
    {
        try
        {
            var properties = ArrowReaderProperties.GetDefault();
            properties.UseThreads = false;
            properties.PreBuffer = false;
            return properties;
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException)
        {
            throw new ConcordException(
                "Parquet is not read on this platform, for which Arrow's library does not come: save the file as JSON "
                    + "lines.",
                error
            );
        }
    }

    private static T Guarded<T>(Func<T> open, string name)
    {
        try
        {
            return open();
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            throw new ConcordException(
                $"{name} begins like a parquet file but cannot be read as one: {Said(error)}",
                error
            );
        }
    }

    // Untrusted bytes behind a parquet header: whatever the library throws, it is the file's fault.
    private static bool IsOfTheFile(Exception error) => error is not (OutOfMemoryException or ConcordException);

    // The library wraps what it says in the name of a C++ type, and ends it with a line break.
    private static string Said(Exception error)
    {
        const string before = "(message: '";
        var text = error.Message;
        if (text.IndexOf(before, StringComparison.Ordinal) is >= 0 and var at)
            text = text[(at + before.Length)..].TrimEnd(')').TrimEnd('\'');
        text = string.Join(
            ' ',
            text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        );
        return text.EndsWith('.') ? text : text + ".";
    }
}
