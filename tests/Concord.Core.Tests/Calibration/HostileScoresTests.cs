using System.IO.Compression;
using System.Text;
using Concord.Calibration;
using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Calibration;

/// <summary>Files of scores that are damaged, never end, never fit or go too deep.</summary>
public sealed class HostileScoresTests : IDisposable
{
    private static readonly string[] Words =
    [
        "\"rewards\":[",
        "\"scores\":",
        "\"chosen_reward\":1",
        "\"rejected_reward\":",
        "\"text\":[",
        "\"lengths\":",
        "\"version\":2",
        "\"prompt\":",
        "NaN",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Damaged_scores_are_predictions_or_sentences() =>
        Fuzz.Run(
            "scores",
            bytes => ReadBytes(bytes),
            Words,
            "{\"rewards\":[1,0.5],\"scores\":[1,0],\"source\":\"s\",\"prompt\":\"p\",\"lengths\":[3,4]}\n"u8.ToArray(),
            "[{\"chosen_reward\":1,\"rejected_reward\":2,\"chosen\":[{\"content\":\"a\"}],\"rejected\":\"b\"}]"u8.ToArray(),
            "{\n\"scores_chosen\":[1,2],\n\"scores_rejected\":[0,3],\"subset\":[\"a\",\"b\"]}"u8.ToArray(),
            Gzip("{\"rewards\":[1,0],\"scores\":[1,0]}\n")
        );

    [Theory]
    [InlineData("{\"rewards\":", "[")]
    [InlineData("", "[")]
    [InlineData("", "{\"a\":")]
    [InlineData("", "{\n\"a\":")]
    public void Nesting_without_measure_is_an_error_of_its_line(string start, string open)
    {
        var text = start + string.Concat(Enumerable.Repeat(open, 200_000));
        Assert.NotEmpty(ReadBytes(Encoding.UTF8.GetBytes(text)).Errors);
    }

    [Fact]
    public void A_line_without_end_and_an_archive_of_nothing_are_refused()
    {
        using var limits = new LimitsForTest(new Limits { RecordBytes = 1 << 17, DocumentBytes = 1 << 17 });
        var line = "{\"rewards\":[" + string.Concat(Enumerable.Repeat("1,", 1 << 17));
        Assert.Contains("CONCORD_LIMIT_RECORD", Failure(Encoding.UTF8.GetBytes(line)));
        Assert.Contains("CONCORD_LIMIT_RECORD", Failure(Gzip(line)));
        var document = "[\n" + string.Concat(Enumerable.Repeat("1,\n", 1 << 17));
        Assert.Contains("CONCORD_LIMIT_DOCUMENT", Failure(Encoding.UTF8.GetBytes(document)));
        if (File.Exists("/dev/zero"))
            Assert.Contains(
                "CONCORD_LIMIT_RECORD",
                Assert.Throws<ConcordException>(() => ScoresFile.Read("/dev/zero")).Message
            );
    }

    [Fact]
    public void Rewards_whose_pairs_nobody_can_go_through_are_an_error_of_their_line()
    {
        var many = string.Join(',', Enumerable.Range(0, 100_000));
        var content = ReadBytes(Encoding.UTF8.GetBytes($"{{\"rewards\":[{many}],\"scores\":[{many}]}}\n"));
        Assert.Contains("100000 rewards; at most 1024", Assert.Single(content.Errors).Problem);
    }

    private string Failure(byte[] bytes) => Assert.Throws<ConcordException>(() => ReadBytes(bytes)).Message;

    private ScoresFileContent ReadBytes(byte[] bytes)
    {
        File.WriteAllBytes(folder.File("x.jsonl"), bytes);
        return ScoresFile.Read(folder.File("x.jsonl"));
    }

    private static byte[] Gzip(string text)
    {
        using var memory = new MemoryStream();
        using (var packed = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
            packed.Write(Encoding.UTF8.GetBytes(text));
        return memory.ToArray();
    }
}
