using Concord.Preferences;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>What a message carries besides its text, and that the file's white space does not matter to it.</summary>
public class MessageTests
{
    private static Comparison Only(string record)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "pairs.jsonl");
        File.WriteAllText(file, record + "\n");
        return Assert.Single(PreferenceFile.Read(file).Comparisons);
    }

    [Theory]
    [InlineData("""{"role": "user", "content": "Hi"}""", null)]
    [InlineData("""{"from": "human", "value": "Hi"}""", null)]
    [InlineData("""{"role": "user", "content": "Hi", "name": null}""", null)]
    [InlineData(
        """{ "name" : "Ann" , "role" : "user" , "content" : "Hi" }""",
        """{"name":"Ann","role":"user","content":"Hi"}"""
    )]
    [InlineData("""{"role": "assistant", "content": null}""", """{"role":"assistant"}""")]
    [InlineData("""{"role": "gpt", "tool_calls": []}""", """{"role":"assistant","tool_calls":[]}""")]
    [InlineData(
        """{"role":"tool","content":"\u00e9\u003c","n":[1.0, 1e3, 1.50, -0, 12345678901234567890, 1E400],"a":1,"a":2}""",
        """{"role":"tool","content":"é<","n":[1.0,1000.0,1.5,0,12345678901234567890,1e999],"a":2}"""
    )]
    [InlineData(
        """{"role": "user", "content": [{"type": "text", "text": "a"}, {"value": "b"}, "c"]}""",
        """{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},"c"]}"""
    )]
    public void Fields_are_kept_in_one_spelling(string json, string? fields)
    {
        Assert.Equal(fields, Message.Parse(json).Fields);
        if (fields is not null)
            Assert.Equal(Message.Parse(json), Message.Parse(fields));
    }

    [Fact]
    public void Text_parts_are_joined_and_others_refused_by_name()
    {
        Assert.Equal("ab", Message.Parse("""{"role":"user","content":[{"type":"text","text":"a"},"b"]}""").Content);
        var error = Assert.Throws<ConcordException>(() =>
            Message.Parse("""{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}""")
        );
        Assert.Contains("image_url", error.Message);
        error = Assert.Throws<ConcordException>(() =>
            Message.Parse("""{"role":"user","content":"Who is it?","images":["a.png"]}""")
        );
        Assert.Contains("a message with images; only text is read", error.Message);
        Assert.Equal("Hi", Message.Parse("""{"role":"user","content":"Hi","images":[]}""").Content);
        Assert.Contains("a number", Assert.Throws<ConcordException>(() => Message.Parse("3")).Message);
        Assert.Throws<ConcordException>(() => Message.Parse("{"));
    }

    [Fact]
    public void Fields_that_no_published_template_reads_are_told_like_columns()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("pairs.jsonl");
        File.WriteAllText(
            file,
            """
            {"messages":[{"role":"user","content":"Q","name":"Ann"}],"chosen":{"role":"assistant","content":"A","weight":0},"rejected":{"role":"assistant","content":"B","annotations":[]}}
            {"messages":[{"role":"user","content":"R"}],"chosen":{"role":"assistant","content":"A","weight":1},"rejected":{"role":"assistant","content":"B"}}
            """
        );
        Assert.Equal(
            $"{file}: columns not used: message.weight (2 records)",
            UnusedColumns.Said(PreferenceFile.Read(file))
        );
    }

    [Fact]
    public void Answers_that_differ_in_their_call_are_different_answers()
    {
        var identities = new List<IReadOnlyList<string>>();
        foreach (var file in (string[])["content-empty", "content-missing", "content-missing-tight", "content-text"])
        {
            var record = File.ReadAllText(Shared.Path("cases", "tool-calls-lost", $"{file}.jsonl"));
            var comparison = Only(record);
            Assert.Contains("get_weather", comparison.Tools);
            Assert.Contains("\"city\":\"Rome\"", comparison.Responses[0].Messages[0].Fields);
            identities.Add([comparison.PromptId, .. PromptIdentity.OfResponses(comparison)]);
            Assert.NotEqual(identities[^1][1], identities[^1][2]);
        }
        Assert.Equal(identities[0], identities[1]);
        Assert.Equal(identities[1], identities[2]);
        Assert.Equal(identities[0][0], identities[3][0]);
        Assert.NotEqual(identities[0][1], identities[3][1]);
        var empty = Only(File.ReadAllText(Shared.Path("cases", "tool-calls-lost", "calls-empty-list.jsonl")));
        Assert.Equal("", empty.Responses[1].Text);
    }

    [Fact]
    public void A_call_in_ShareGpt_form_is_a_tool_call()
    {
        var comparison = Only(
            """{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"{\"name\": \"f\", \"arguments\": {\"x\": 1}}"},{"from":"observation","value":"o"}],"tools":"[{\"name\": \"f\"}]","chosen":"a","rejected":"b"}"""
        );
        Assert.Equal(
            """{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"x":1}}}]}""",
            comparison.Prompt[1].Fields
        );
        Assert.Equal(Roles.Tool, comparison.Prompt[2].Role);
        Assert.Equal("""[{"name":"f"}]""", comparison.Tools);
    }

    [Fact]
    public void ShareGpt_records_carry_their_source_and_tools()
    {
        var file = Shared.Path("cases", "sharegpt-source-and-tools-ignored", "pairs.jsonl");
        var read = PreferenceFile.Read(file, new ReadOptions { SourceField = "source" }).Comparisons;
        Assert.Equal(["magpie", "wildguard"], read.Select(one => one.Source).Distinct().Order(StringComparer.Ordinal));
        Assert.All(read, one => Assert.Equal("""[{"name":"search"}]""", one.Tools));
        var other = Only("""{"conversations":[{"from":"human","value":"Q0"}],"chosen":"yes","rejected":"no"}""");
        Assert.NotEqual(read[0].PromptId, other.PromptId);
    }
}
