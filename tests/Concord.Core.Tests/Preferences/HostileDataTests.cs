using System.IO.Compression;
using System.Text;
using Concord.Foundation;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>Data that are damaged, never end, never fit or go too deep.</summary>
public sealed class HostileDataTests : IDisposable
{
    private const string Record = "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n";

    private static readonly string[] Words =
    [
        "\"prompt\":",
        "\"chosen\":",
        "\"rejected\":",
        "\"messages\":",
        "\"role\":\"user\"",
        "\"content\":",
        "\"text\":",
        "\"score\":",
        "\"responses\":",
        "\"scores\":",
        "\"info\":{\"post\":",
        "\"summaries\":",
        "\"replies\":[",
        "\"query\":",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Damaged_text_is_a_result_or_a_sentence() =>
        Fuzz.Run(
            "data",
            bytes => PreferenceFile.Read(new MemoryStream(bytes), "x.jsonl"),
            Words,
            Bytes(Record + Record),
            Bytes("[\n{\"text\":[\"\\n\\nHuman: a\\n\\nAssistant: b\",\"c\"],\"score\":[1,0]}\n]"),
            Bytes("{\"prompt\":\"p\",\"responses\":[\"a\",\"b\"],\"scores\":[1,0.5],\"source\":\"s\"}\n"),
            Bytes(
                "{\"chosen\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}],"
                    + "\"rejected\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"b\"}]}"
            ),
            Bytes("{\"info\":{\"post\":\"x\"},\"summaries\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"choice\":1}\n"),
            Bytes("{\"query\":\"q\",\"responses\":{\"academy\":\"a\",\"business\":\"b\",\"normal\":\"c\"}}\n")
        );

    [Fact]
    public void Damaged_gzip_is_a_result_or_a_sentence() =>
        Fuzz.Run(
            "data_gz",
            bytes => PreferenceFile.Read(new MemoryStream(bytes), "x.jsonl.gz"),
            [],
            Gzip(Record + Record),
            [.. Gzip(Record), .. Gzip(Record)]
        );

    [Fact]
    public void A_record_beyond_the_limit_is_named_and_what_came_before_it_stands()
    {
        var file = folder.File("long.jsonl");
        using (var writer = new StreamWriter(file))
        {
            writer.Write(Record);
            writer.Write("{\"prompt\":\"");
            writer.Write(new string('a', 300_000));
            writer.Write("\"}\n");
        }
        using var limits = new LimitsForTest(new Limits { RecordBytes = 1 << 17 });
        var result = PreferenceFile.Read(file);
        Assert.Single(result.Comparisons);
        var problem = Assert.Single(result.Problems).ToString();
        Assert.Contains("a record has more than 128 KiB", problem, StringComparison.Ordinal);
        Assert.Contains("CONCORD_LIMIT_RECORD", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('\n')]
    [InlineData('a')]
    public void An_archive_of_one_letter_is_refused_by_its_ratio(char letter)
    {
        var file = folder.File("bomb.jsonl.gz");
        // members of one megabyte, each packed alike
        using (var packed = File.Create(file))
        {
            packed.Write(Gzip("{\"prompt\":\""));
            var member = Gzip(new string(letter, 1 << 20));
            for (var i = 0; i < 8; i++)
                packed.Write(member);
        }
        using var limits = new LimitsForTest(new Limits { UnpackFree = 4 << 20 });
        var error = Assert.Throws<ConcordException>(() => PreferenceFile.Read(file)).Message;
        Assert.Contains("CONCORD_LIMIT_UNPACK_RATIO", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_beyond_the_absolute_limit_is_refused()
    {
        var file = folder.File("large.jsonl.gz");
        File.WriteAllBytes(file, Gzip(string.Concat(Enumerable.Repeat(Record, 10_000))));
        using var limits = new LimitsForTest(new Limits { UnpackedBytes = 1 << 16 });
        Assert.Contains(
            "unpacks to more than 64 KiB",
            PreferenceFile.Read(file).Problems[^1].ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("/dev/zero", "CONCORD_LIMIT_RECORD")]
    [InlineData("/dev/urandom", "/dev/urandom: ")]
    public void A_device_without_end_is_a_sentence(string device, string expected)
    {
        Assert.SkipUnless(File.Exists(device), "there is no such device here");
        using var limits = new LimitsForTest(new Limits { RecordBytes = 1 << 22 });
        var error = Assert.Throws<ConcordException>(() => PreferenceFile.Read(device)).Message;
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_gives_records_without_end_ends_at_the_limit_of_pipes()
    {
        using var limits = new LimitsForTest(new Limits { PipeBytes = 1 << 20 });
        var error = Assert
            .Throws<ConcordException>(() => PreferenceFile.Read(new Again(Bytes(Record)), "pipe"))
            .Message;
        Assert.Contains("CONCORD_LIMIT_PIPE", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", 200_000, "")]
    [InlineData("{\"a\":", 200_000, "")]
    [InlineData("{\n\"a\":", 200_000, "")]
    [InlineData("{\"prompt\":\"p\",\"chosen\":[", 200_000, "\n")]
    [InlineData("{\"text\":\"a\",\"role\":\"prompter\",\"replies\":[", 100_000, "\n")]
    public void Nesting_without_measure_costs_the_record_and_no_stack(string open, int count, string end)
    {
        var text = string.Concat(Enumerable.Repeat(open, count)) + end;
        var error = Assert.Throws<ConcordException>(() => PreferenceFile.Read(new MemoryStream(Bytes(text)), "x.json"));
        Assert.StartsWith("x.json", error.Message, StringComparison.Ordinal);
        if (end.Length == 0)
            return;
        // beside a record that is whole it is one problem
        var result = PreferenceFile.Read(new MemoryStream(Bytes(Record + text)), "x.jsonl");
        Assert.Single(result.Comparisons);
        Assert.Single(result.Problems);
    }

    [Fact]
    public void Responses_whose_pairs_nobody_can_go_through_cost_their_record()
    {
        var many = string.Join(',', Enumerable.Range(0, 20_000));
        var text = $"{{\"prompt\":\"p\",\"responses\":[{many.Replace(",", "\",\"")}],\"scores\":[{many}]}}\n"
            .Replace("\"responses\":[", "\"responses\":[\"")
            .Replace("],\"scores\"", "\"],\"scores\"");
        var error = Assert
            .Throws<ConcordException>(() => PreferenceFile.Read(new MemoryStream(Bytes(text)), "x.jsonl"))
            .Message;
        Assert.Contains("20000 responses; at most 1024", error, StringComparison.Ordinal);
        // to be scored they are taken, whatever their number
        var options = new ReadOptions { AllowUnscored = true };
        Assert.Equal(
            20_000,
            PreferenceFile.Read(new MemoryStream(Bytes(text)), "x.jsonl", options).Comparisons[0].Responses.Count
        );
    }

    [Fact]
    public void Halves_of_surrogates_and_bytes_of_no_text_in_names_and_values_become_the_replacement()
    {
        byte[] bytes =
        [
            .. Bytes("{\"prompt\":\"p\\ud800\",\"chosen\":\"a"),
            0xFF,
            .. Bytes("\",\"rejected\":\"b\",\"\\udc00\":1}\n"),
        ];
        var comparison = Assert.Single(PreferenceFile.Read(new MemoryStream(bytes), "x.jsonl").Comparisons);
        Assert.Equal("p\uFFFD", comparison.Prompt[0].Content);
        Assert.Equal("a\uFFFD", comparison.Responses[0].Text);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzip(string text)
    {
        using var memory = new MemoryStream();
        using (var packed = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
            packed.Write(Bytes(text));
        return memory.ToArray();
    }

    /// <summary>The same bytes again and again.</summary>
    private sealed class Again(byte[] bytes) : ForwardStream
    {
        private int at;

        public override int Read(Span<byte> buffer)
        {
            for (var i = 0; i < buffer.Length; i++, at = (at + 1) % bytes.Length)
                buffer[i] = bytes[at];
            return buffer.Length;
        }
    }
}
