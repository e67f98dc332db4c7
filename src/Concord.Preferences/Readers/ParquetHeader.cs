using System.Runtime.ExceptionServices;
using Concord.Foundation;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Concord.Preferences.Readers;

/// <summary>What a parquet file says of itself, looked at before any of it is believed.</summary>
internal static class ParquetHeader
{
    // The library goes down into a schema by calling itself; as many levels as a list may have entries fit here.
    private const int Stack = 256 << 20;
    private const int MostEntries = 1 << 16;

    // A batch holds as many bytes of one column, where the file says that it has as many.
    private const long BatchBytes = 256L << 20;
    private const int MostRows = 256,
        FewestRows = 32;

    /// <summary>How files are read: lists of the header have no more entries than any real one, checksums
    /// count.</summary>
    public static ReaderProperties Properties()
    {
        var properties = ReaderProperties.GetDefaultReaderProperties();
        properties.SetThriftContainerSizeLimit(MostEntries);
        properties.EnablePageChecksumVerification();
        properties.EnableBufferedStream(); // a column of a row group may be larger than memory
        return properties;
    }

    /// <summary>Checks depth and sizes.</summary>
    /// <returns>How many rows are to be read at once.</returns>
    /// <exception cref="InvalidDataException">The header asks for more than is allowed; half a sentence.</exception>
    public static long Check(Stream stream)
    {
        ExceptionDispatchInfo? failed = null;
        var rows = 0L;
        var reading = new Thread(
            () =>
            {
                try
                {
                    rows = Math.Clamp(BatchBytes / Math.Max(LargestColumn(stream), 1), FewestRows, MostRows);
                }
                catch (Exception error)
                {
                    failed = ExceptionDispatchInfo.Capture(error);
                }
            },
            Stack
        );
        reading.Start();
        reading.Join();
        failed?.Throw();
        return rows;
    }

    private static long LargestColumn(Stream stream)
    {
        stream.Position = 0;
        using var properties = Properties();
        using var file = new ParquetFileReader(stream, properties, leaveOpen: true);
        using var metadata = file.FileMetaData;
        CheckDepth(metadata.Schema.GroupNode);
        var (largest, all) = (0L, new UnpackLimit(() => stream.Length));
        for (var group = 0; group < file.FileMetaData.NumRowGroups; group++)
        {
            using var rows = file.RowGroup(group);
            for (var column = 0; column < rows.MetaData.NumColumns; column++)
            {
                using var chunk = rows.MetaData.GetColumnChunkMetaData(column);
                largest = Math.Max(largest, chunk.TotalUncompressedSize);
                all.Add(chunk.TotalUncompressedSize);
            }
        }
        return largest;
    }

    // Level by level: a group may lead on without any column below it. Nodes are let go of here, where the stack is
    // long enough, not by the runtime's own thread.
    private static void CheckDepth(GroupNode root)
    {
        Node[] level = [root];
        for (var depth = 0; level.Length > 0; depth++)
        {
            Node[] next = [.. level.OfType<GroupNode>().SelectMany(group => group.Fields)];
            foreach (var node in level)
                node.Dispose();
            level = next;
            if (depth < Limits.Current.Depth)
                continue;
            foreach (var node in level)
                node.Dispose();
            throw new InvalidDataException(
                $"its columns nest more than {Limits.Current.Depth} deep. Where that is meant, raise "
                    + $"CONCORD_LIMIT_DEPTH."
            );
        }
    }
}
