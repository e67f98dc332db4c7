using Concord.Foundation;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>Parquet files that are damaged, go too deep or come out as much more than they are.</summary>
public class HostileParquetTests
{
    [Fact]
    public void A_damaged_file_is_a_result_or_a_sentence() =>
        Fuzz.Run(
            "data_parquet",
            bytes => Read(bytes),
            [],
            [.. ParquetFiles.Layouts.Select(layout => Written(layout, 3))]
        );

    [Theory]
    [InlineData(600, "CONCORD_LIMIT_DEPTH")]
    [InlineData(60_000, "CONCORD_LIMIT_DEPTH")]
    [InlineData(100_000, "cannot be read as one")]
    [InlineData(1_000_000, "cannot be read as one")]
    public void Columns_that_nest_without_measure_take_no_stack(int depth, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<ConcordException>(() => Read(Nested(depth))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void What_is_written_once_and_comes_out_in_every_row_ends_at_the_ratio()
    {
        var text = new string('a', 1 << 17);
        var file = ParquetFiles.Write(
            ParquetFiles.Layouts[0],
            rowsInGroup: 1000,
            ("prompt", ParquetFiles.Texts([.. Enumerable.Repeat(text, 120)])),
            ("chosen", ParquetFiles.Texts([.. Enumerable.Repeat("a", 120)])),
            ("rejected", ParquetFiles.Texts([.. Enumerable.Repeat("b", 120)]))
        );
        using var limits = new LimitsForTest(new Limits { UnpackFree = 4 << 20 });
        var problem = Assert.Single(PreferenceFile.Read(file, "x.parquet").Problems);
        Assert.Contains("CONCORD_LIMIT_UNPACK_RATIO", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_a_pipe_is_read_and_bounded()
    {
        var bytes = Written(ParquetFiles.Layouts[1], 3);
        Assert.Equal(3, PreferenceFile.Read(new BegunStream(bytes, Stream.Null), "pipe").Comparisons.Count);
        using var limits = new LimitsForTest(new Limits { PipeBytes = 1 << 10 });
        var error = Assert
            .Throws<ConcordException>(() =>
                PreferenceFile.Read(new BegunStream(Written(ParquetFiles.Layouts[3], 300), Stream.Null), "pipe")
            )
            .Message;
        Assert.Contains("CONCORD_LIMIT_PIPE", error, StringComparison.Ordinal);
    }

    private static ReadResult Read(byte[] bytes) => PreferenceFile.Read(new MemoryStream(bytes), "x.parquet");

    private static byte[] Written(ParquetFiles.Layout layout, int rows)
    {
        var texts = Enumerable.Range(0, rows).Select(row => $"text {row}").ToArray();
        return ParquetFiles
            .Write(
                layout,
                rowsInGroup: 2,
                ("prompt", ParquetFiles.Texts(texts)),
                ("chosen", ParquetFiles.Messages([.. texts.Select(text => new[] { ("assistant", text) })])),
                ("rejected", ParquetFiles.Messages([.. texts.Select(_ => new[] { ("assistant", "b") })])),
                ("scores", ParquetFiles.NumberLists([.. texts.Select(_ => new double?[] { 1, null })]))
            )
            .ToArray();
    }

    // A footer alone (thrift's compact protocol): a schema of groups that each hold the next, and no rows.
    private static byte[] Nested(int depth)
    {
        var schema = new List<byte>();
        for (var level = 0; level <= depth; level++)
            schema.AddRange([0x35, 2, 0x18, 1, (byte)'a', 0x15, 2, 0]); // optional, named a, one child
        schema.AddRange([0x35, 2, 0x18, 1, (byte)'x', 0]);
        byte[] footer =
        [
            .. (byte[])[0x15, 2], // version 1
            .. (byte[])[0x19, 0xFC, .. Varint(depth + 2), .. schema],
            .. (byte[])[0x16, 0], // no rows
            .. (byte[])[0x19, 0x0C, 0], // no row groups
        ];
        return [.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
