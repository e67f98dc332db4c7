using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Concord.Tests.Preferences;

/// <summary>Parquet files as Arrow's writer, which is pyarrow's, lays them out.</summary>
internal static class ParquetFiles
{
    /// <summary>How pages are laid out.</summary>
    public sealed record Layout(ParquetVersion Version, ParquetDataPageVersion Pages, Compression Codec, bool Words);

    public static IReadOnlyList<Layout> Layouts { get; } =
    [
        new(ParquetVersion.PARQUET_1_0, ParquetDataPageVersion.V1, Compression.Snappy, true),
        new(ParquetVersion.PARQUET_2_6, ParquetDataPageVersion.V2, Compression.Zstd, true),
        new(ParquetVersion.PARQUET_2_6, ParquetDataPageVersion.V2, Compression.Gzip, false),
        new(ParquetVersion.PARQUET_2_6, ParquetDataPageVersion.V1, Compression.Uncompressed, false),
    ];

    public static MemoryStream Write(Layout layout, int rowsInGroup, params (string Name, IArrowArray Values)[] columns)
    {
        var memory = new MemoryStream();
        var schema = new Schema(
            columns.Select(column => new Field(column.Name, column.Values.Data.DataType, nullable: true)),
            null
        );
        using var builder = new WriterPropertiesBuilder();
        builder.Version(layout.Version).DataPageVersion(layout.Pages).Compression(layout.Codec);
        if (!layout.Words)
            builder.DisableDictionary();
        using (var properties = builder.Build())
        using (var writer = new FileWriter(memory, schema, properties, null, leaveOpen: true))
        {
            using var batch = new RecordBatch(
                schema,
                columns.Select(column => column.Values),
                columns[0].Values.Length
            );
            writer.WriteTable(Table.TableFromRecordBatches(schema, [batch]), rowsInGroup);
            writer.Close();
        }
        memory.Position = 0;
        return memory;
    }

    public static StringArray Texts(params string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values)
            builder.Append(value);
        return builder.Build();
    }

    public static DoubleArray Numbers(params double?[] values)
    {
        var builder = new DoubleArray.Builder();
        foreach (var value in values)
            builder.Append(value);
        return builder.Build();
    }

    public static ListArray Ids(params int[]?[] rows) =>
        Lists<int, Int32Array.Builder>(rows, Int32Type.Default, (builder, id) => builder.Append(id));

    public static ListArray LongIds(params int[]?[] rows) =>
        Lists<int, Int64Array.Builder>(rows, Int64Type.Default, (builder, id) => builder.Append(id));

    public static ListArray TextLists(params string?[]?[] rows) =>
        Lists<string?, StringArray.Builder>(rows, StringType.Default, (builder, text) => builder.Append(text));

    public static ListArray NumberLists(params double?[]?[] rows) =>
        Lists<double?, DoubleArray.Builder>(rows, DoubleType.Default, (builder, number) => builder.Append(number));

    public static ListArray Messages((string Role, string Content)[][] rows)
    {
        var turns = rows.SelectMany(row => row).ToArray();
        var type = new StructType([
            new Field("role", StringType.Default, nullable: true),
            new Field("content", StringType.Default, nullable: true),
        ]);
        var fields = new StructArray(
            type,
            turns.Length,
            [Texts([.. turns.Select(turn => turn.Role)]), Texts([.. turns.Select(turn => turn.Content)])],
            ArrowBuffer.Empty
        );
        var offsets = new ArrowBuffer.Builder<int>().Append(0);
        var end = 0;
        foreach (var row in rows)
            offsets.Append(end += row.Length);
        return new ListArray(new ListType(type), rows.Length, offsets.Build(), fields, ArrowBuffer.Empty);
    }

    private static ListArray Lists<T, TBuilder>(T[]?[] rows, IArrowType type, Action<TBuilder, T> append)
    {
        var builder = new ListArray.Builder(type);
        var values = (TBuilder)builder.ValueBuilder;
        foreach (var row in rows)
        {
            if (row is null)
            {
                builder.AppendNull();
                continue;
            }
            builder.Append();
            foreach (var value in row)
                append(values, value);
        }
        return builder.Build();
    }
}
