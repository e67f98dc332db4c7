using System.IO.Compression;
using System.Text;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>
/// Nothing vanishes: each bad record is a problem with its line, everything around it is read, and odd but valid files
/// survive.
/// </summary>
public sealed class MalformedFileTests : IDisposable
{
    private const string Good = """{"prompt":"p","chosen":"a","rejected":"b"}""";

    private readonly string folder = Directory.CreateTempSubdirectory("concord-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static ReadResult Read(string content) => ReaderTests.Read(content);

    private static ReadResult Read(byte[] content) => PreferenceFile.Read(new MemoryStream(content), "file.jsonl");

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a"}""", "\"rejected\" is missing")]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":5}""", "\"rejected\"")]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b","margin":"wide"}""", "\"margin\" is \"wide\"")]
    [InlineData("""{"prompt":"p","chosen":"a","rejec""", "not JSON")]
    [InlineData("""{"prompt":"p" "chosen":"a"}""", "not JSON")]
    [InlineData("null", "null")]
    [InlineData("[1, 2]", "a list")]
    [InlineData("plain text", "not JSON")]
    [InlineData("""{"prompt":[{"role":"king","content":"p"}],"chosen":"a","rejected":"b"}""", "king")]
    public void A_bad_line_costs_only_itself(string bad, string reason)
    {
        foreach (var (line, content) in new[] { (2, $"{Good}\n{bad}\n{Good}\n"), (1, $"{bad}\n{Good}\n{Good}") })
        {
            var result = Read(content);
            Assert.Equal(3, result.Records);
            Assert.Equal(2, result.Comparisons.Count);
            var problem = Assert.Single(result.Problems);
            Assert.Equal(line, problem.Line);
            Assert.Equal("file.jsonl", problem.File);
            Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_bad_element_of_an_array_costs_only_itself()
    {
        var result = Read($"[{Good}, {{\"prompt\" 1}},\n{Good}, nonsense, {Good}]");
        Assert.Equal((5, 3), (result.Records, result.Comparisons.Count));
        Assert.Equal([2, 4], result.Problems.Select(problem => problem.Line));
        Assert.Equal([1, 3, 5], result.Comparisons.Select(comparison => comparison.Origin.Line));
    }

    [Theory]
    [InlineData("[{0}, {0}", 2, "cut off")]
    [InlineData("[{0}, {{\"prompt\": \"p", 1, "cut off")]
    [InlineData("[{0}] {0}", 1, "after the end")]
    public void A_cut_array_gives_what_it_has(string template, int read, string reason)
    {
        var result = Read(
            template.Replace("{0}", Good, StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal)
        );
        Assert.Equal(read, result.Comparisons.Count);
        Assert.Contains(reason, Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pretty_printed_values_and_empty_lines_are_read()
    {
        Assert.Equal(
            2,
            Read(
                "{\n  \"prompt\": \"p\",\n  \"chosen\": \"a\",\n  \"rejected\":\n  \"b\"\n}\n{\n\"prompt\": \"p\", "
                    + "\"chosen\": \"a\", \"rejected\": \"b\"}"
            ).Comparisons.Count
        );
        var result = Read($"\n\n{Good}\n   \n\r\n{Good}");
        Assert.Equal([3, 6], result.Comparisons.Select(comparison => comparison.Origin.Line));
        Assert.Equal(2, result.Records);
    }

    [Fact]
    public void Marks_line_ends_and_encodings_survive()
    {
        var lines = Encoding.UTF8.GetBytes($"{Good}\r\n{Good}\r\n");
        Assert.Equal(2, Read([0xEF, 0xBB, 0xBF, .. lines]).Comparisons.Count);
        Assert.Equal(2, Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes($"{Good}\n{Good}")]).Comparisons.Count);
        Assert.Equal(2, Read([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes($"{Good}\n{Good}")]).Comparisons.Count);
    }

    [Fact]
    public void Odd_escapes_survive()
    {
        var comparison = Read(
            """{"prompt":"a\/b \ud83d\ude00","chosen":"\ud800x\\\n","rejected":"\udc00\ud83d\ude00"}"""
        ).Comparisons[0];
        Assert.Equal("a/b 😀", comparison.Prompt[0].Content);
        Assert.Equal("\uFFFDx\\\n", comparison.Responses[0].Text);
        Assert.Equal("\uFFFD😀", comparison.Responses[1].Text);
        byte[] notUtf8 = [.. "{\"prompt\":\"p\",\"chosen\":\"a"u8, 0xFF, .. "\",\"rejected\":\"b\"}"u8];
        Assert.Equal("a\uFFFD", Read(notUtf8).Comparisons[0].Responses[0].Text);
    }

    [Fact]
    public void A_line_of_megabytes_is_read()
    {
        var long_ = new string('x', 5_000_000);
        var result = Read($"{Good}\n{{\"prompt\":\"p\",\"chosen\":\"{long_}\",\"rejected\":\"b\"}}\n{Good}");
        Assert.Equal(3, result.Comparisons.Count);
        Assert.Equal(5_000_000, result.Comparisons[1].Responses[0].Text.Length);
    }

    [Fact]
    public void Deep_dialogues_are_read_and_bottomless_ones_are_a_problem()
    {
        static string Tree(int depth)
        {
            var text = """{"text":"q","role":"prompter","replies":[]}""";
            for (var level = 0; level < depth; level++)
                text =
                    $$"""{"text":"t","role":"{{(level % 2 == 0 ? "assistant" : "prompter")}}","replies":[{{text}}]}""";
            return text;
        }
        Assert.Empty(Read(Tree(100)).Problems);
        Assert.Contains(
            "not JSON",
            Assert.Single(Read($"{Tree(2)}\n{Tree(2_000)}").Problems).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Gzip_is_known_by_its_bytes_and_a_cut_file_is_a_problem()
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.NoCompression, leaveOpen: true))
            for (var line = 0; line < 10_000; line++)
                gzip.Write(Encoding.UTF8.GetBytes(Good + "\n"));
        var whole = memory.ToArray();
        Assert.Equal(10_000, Read(whole).Comparisons.Count);
        var cut = Read(whole[..(whole.Length / 2)]);
        Assert.InRange(cut.Comparisons.Count, 1000, 9000);
        Assert.Contains("cut off", Assert.Single(cut.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(20_000, Read([.. whole, .. whole]).Comparisons.Count);
        Assert.Contains(
            "file.jsonl",
            Assert.Throws<ConcordException>(() => Read([0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \n ", "empty")]
    [InlineData("""{"a": 1, "b": 2}""", "{a, b}")]
    [InlineData("hello\nworld", "not JSON")]
    [InlineData("""{"messages":[{"role":"user","content":"p"}],"label":true}""", "unpaired")]
    [InlineData("PAR1 but nothing more", "parquet")]
    public void A_file_that_gives_nothing_is_an_error_that_names_it(string content, string reason)
    {
        var error = Assert.Throws<ConcordException>(() => Read(content));
        Assert.Contains("file.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_format_that_does_not_fit_is_an_error_with_the_first_line_and_all_names()
    {
        var error = Assert.Throws<ConcordException>(() =>
            ReaderTests.Read(Good, options: new ReadOptions { Format = PreferenceFormat.Parse("pandalm") })
        );
        Assert.Contains("file.jsonl:1: \"instruction\" is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("summarize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_cannot_be_opened_are_named()
    {
        Assert.Contains(
            "does not exist",
            Assert.Throws<ConcordException>(() => PreferenceFile.Read(Path.Combine(folder, "none.json"))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "folder",
            Assert.Throws<ConcordException>(() => PreferenceFile.Read(folder)).Message,
            StringComparison.Ordinal
        );
        foreach (
            var (name, bytes) in new[]
            {
                ("a.csv", "a,b\n1,2\n"u8.ToArray()),
                ("a.zst", new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0 }),
                ("a.zip", "PK\u0003\u0004"u8.ToArray()),
            }
        )
        {
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
            Assert.Contains(
                name,
                Assert.Throws<ConcordException>(() => PreferenceFile.Read(Path.Combine(folder, name))).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Records_can_be_streamed_one_by_one()
    {
        File.WriteAllText(Path.Combine(folder, "x.jsonl"), $"{Good}\nbad\n{Good}\n");
        var records = PreferenceFile.Stream(Path.Combine(folder, "x.jsonl")).Where(record => record.Line > 0).ToArray();
        Assert.Equal([1, 2, 3], records.Select(record => record.Line));
        Assert.Equal(
            [true, false, true],
            records.Select(record => record.Problem is null && record.Comparisons.Count == 1)
        );
    }
}
