using System.Text.Json;
using Concord.Tokenization;
using Xunit;
using JsonNode = System.Text.Json.Nodes.JsonNode;

namespace Concord.Tests.Tokenizers;

/// <summary>
/// One node or flag at a time, against what Hugging Face's own library gives (small_pipelines.jsonl, made by
/// make_small_pipelines.js); and the refusals.
/// </summary>
public class SmallPipelineTests
{
    private static readonly Dictionary<string, string> Lines = File.ReadLines(
            Path.Combine(Shared.RepositoryRoot, "tests", "Concord.Core.Tests", "Tokenizers", "small_pipelines.jsonl")
        )
        .ToDictionary(line => (string)JsonNode.Parse(line)!["name"]!, line => line);

    public static TheoryData<string> Names => [.. Lines.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Equals_the_reference(string name)
    {
        var line = JsonNode.Parse(Lines[name])!;
        var tokenizer = Load(line["file"]!);
        foreach (var item in line["cases"]!.AsArray())
        {
            var ids = item!["ids"].Deserialize<int[]>()!;
            Assert.Equal(ids, tokenizer.Encode((string)item["text"]!, addSpecialTokens: true));
            Assert.Equal((string)item["decoded"]!, tokenizer.Decode(ids));
            Assert.Equal((string)item["without_special"]!, tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    public static TheoryData<string, string, string> Refusals =>
        new()
        {
            { "pre_tokenizer", """{"type":"UnicodeScripts"}""", "UnicodeScripts" },
            { "pre_tokenizer", """{"type":"Digits","individual_digits":true,"groups":3}""", "groups" },
            {
                "pre_tokenizer",
                """{"type":"Split","pattern":{"Regex":"a\\Kb"},"behavior":"Isolated","invert":false}""",
                "\\K"
            },
            {
                "pre_tokenizer",
                """{"type":"Split","pattern":{"Regex":"(?<name>a)"},"behavior":"Isolated","invert":false}""",
                "(?<"
            },
            {
                "pre_tokenizer",
                """{"type":"Split","pattern":{"Regex":"\\p{Greek}"},"behavior":"Isolated","invert":false}""",
                "Greek"
            },
            {
                "pre_tokenizer",
                """{"type":"Split","pattern":{"Regex":"(?i:straße)"},"behavior":"Isolated","invert":false}""",
                "without case"
            },
            {
                "pre_tokenizer",
                """{"type":"Split","pattern":{"String":"a"},"behavior":"Scattered","invert":false}""",
                "behaviour"
            },
            { "normalizer", """{"type":"Precompiled","precompiled_charsmap":""}""", "Precompiled" },
            { "normalizer", """{"type":"NFC","fast":true}""", "fast" },
            { "post_processor", """{"type":"Fancy"}""", "Fancy" },
            { "decoder", """{"type":"CTC"}""", "CTC" },
            { "model.type", "\"Unigram\"", "Unigram" },
            { "model.dropout", "0.1", "dropout" },
            { "model.sampling", "true", "sampling" },
            { "model.unk_token", "\"<nothing>\"", "<nothing>" },
            { "model.merges", """["a b c"]""", "merge 0" },
            { "model.merges", """["a q_"]""", "q_" },
            { "model.vocab", """{"a":-1}""", "'a'" },
            { "model.vocab", """{"a":4000000000}""", "'a'" },
            {
                "added_tokens",
                """[{"id":9999,"content":"<g>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]""",
                "9999"
            },
            {
                "added_tokens",
                """[{"id":60,"content":"<g>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true,"glue":1}]""",
                "glue"
            },
            { "version", "\"2.0\"", "version" },
            { "extra", "1", "extra" },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Refuses_by_name(string place, string value, string named)
    {
        var file = JsonNode.Parse(Lines["unknown"])!["file"]!;
        var path = place.Split('.');
        var target = path.Length == 1 ? file : file[path[0]]!;
        target[path[^1]] = JsonNode.Parse(value);
        var error = Assert.Throws<ConcordException>(() => Load(file));
        Assert.Contains(named, error.Message);
        Assert.Contains("tokenizer.json", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"model\":3}")]
    [InlineData("{\"model\":{\"vocab\":{\"\\ud800\":1},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[3]}}")]
    [InlineData("{\"added_tokens\":{},\"model\":{\"vocab\":{},\"merges\":[]}}")]
    public void A_damaged_file_is_a_sentence(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), content);
        var error = Assert.Throws<ConcordException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains(folder.File("tokenizer.json"), error.Message);
    }

    [Fact]
    public void A_missing_tokenizer_is_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            "neither tokenizer.json nor tokenizer.model",
            Assert.Throws<ConcordException>(() => Tokenizer.Load(folder.Path)).Message
        );
        Assert.Contains(
            "does not exist",
            Assert.Throws<ConcordException>(() => Tokenizer.Load(folder.File("nothing"))).Message
        );
    }

    private static Tokenizer Load(JsonNode file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), file.ToJsonString());
        return Tokenizer.Load(folder.Path);
    }
}
