using System.IO.Compression;
using System.Text.Json.Nodes;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

public sealed class TokenizeCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("concord-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("smollm2")]
    [InlineData("llama2")]
    public void Every_golden_case_comes_back_in_order(string family)
    {
        var cases = Shared.Path("golden", "tokenizers", family, "cases.jsonl");
        var result = ConcordCli.Run("tokenize", Shared.Path("golden", "tokenizers", family), cases).MustBeDone();
        Assert.Equal("", result.Error);
        var expected = File.ReadLines(cases)
            .Select(line =>
            {
                var node = JsonNode.Parse(line)!.AsObject();
                node.Remove("text");
                return node;
            });
        Assert.All(
            expected.Zip(result.Out.TrimEnd('\n').Split('\n'), (want, line) => (want, line)),
            pair => Assert.True(JsonNode.DeepEquals(pair.want, JsonNode.Parse(pair.line)), pair.line)
        );
        Assert.Equal(File.ReadLines(cases).Count(), result.Out.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("{\"text\": 3}", "line 2: an object with a string")]
    [InlineData("[\"text\"]", "line 2: an object with a string")]
    [InlineData("{\"texts\": \"a\"}", "line 2: an object with a string")]
    [InlineData("{\"text\": \"a\"", "line 2: not valid JSON")]
    [InlineData("{\"text\": \"\\ud800\"}", "line 2: \"text\" is not valid Unicode")]
    public void A_bad_line_ends_the_work_and_is_named(string line, string said)
    {
        var file = Path.Combine(folder, "texts.jsonl");
        File.WriteAllLines(file, ["{\"text\": \"a\", \"other\": {}}", line, "{\"text\": \"b\"}"]);
        var result = ConcordCli.Run("tokenize", Tokenizer(), file);
        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Equal("{\"ids\":[0],\"ids_special\":[0],\"decoded\":\"a\"}\n", result.Out);
        Assert.Contains($"{file}, {said}", result.Error);
    }

    [Fact]
    public void Bytes_that_are_not_text_are_named()
    {
        var file = Path.Combine(folder, "texts.jsonl");
        File.WriteAllBytes(file, [.. "{\"text\": \"a"u8, 0xFF, .. "\"}\n"u8]);
        var result = ConcordCli.Run("tokenize", Tokenizer(), file);
        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Contains("line 1: the text of this line is not UTF-8", result.Error);
    }

    [Fact]
    public void Packed_files_empty_lines_and_many_lines_work()
    {
        var file = Path.Combine(folder, "texts.jsonl.gz");
        using (var packed = new StreamWriter(new GZipStream(File.Create(file), CompressionLevel.Fastest)))
            for (var i = 0; i < 2000; i++)
                packed.Write(i % 3 == 0 ? "\n" : $"{{\"text\": \"{new string('a', i % 7)}\"}}\n");
        var lines = ConcordCli.Run("tokenize", Tokenizer(), file).MustBeDone().Out.TrimEnd('\n').Split('\n');
        Assert.Equal(
            [.. Enumerable.Range(0, 2000).Where(i => i % 3 != 0).Select(i => i % 7)],
            lines.Select(line => JsonNode.Parse(line)!["ids"]!.AsArray().Count)
        );
    }

    [Fact]
    public void Missing_files_are_sentences()
    {
        Assert.Contains(
            "does not exist",
            ConcordCli.Run("tokenize", Tokenizer(), Path.Combine(folder, "none.jsonl")).Error
        );
        Assert.Contains(
            "does not exist",
            ConcordCli.Run("tokenize", Path.Combine(folder, "none"), Path.Combine(folder, "none.jsonl")).Error
        );
        Assert.Equal(ExitCodes.Usage, ConcordCli.Run("tokenize", Tokenizer()).Code);
    }

    private string Tokenizer()
    {
        var file = Path.Combine(folder, "tokenizer.json");
        File.WriteAllText(file, """{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}}""");
        return file;
    }
}
