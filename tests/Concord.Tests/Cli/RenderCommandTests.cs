using System.Text.Json;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

public sealed class RenderCommandTests : IDisposable
{
    private const string ChatMl =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Written(string name, params string[] lines)
    {
        var file = folder.File(name);
        File.WriteAllText(file, string.Join("\n", lines) + "\n");
        return file;
    }

    private static JsonElement[] Lines(string text) =>
        [.. text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Text(JsonElement line) => line.GetProperty("text").GetString()!;

    [Theory]
    [InlineData("cases.jsonl", 76)]
    [InlineData("snippets.jsonl", 45)]
    public void Golden_lines_come_back_in_order(string name, int errors)
    {
        var golden = Shared.Path("golden", "chat_templates");
        var output = folder.File("out.jsonl");
        var file = Path.Combine(golden, name);
        string[] time = ["--now", "2026-02-03T04:05:00"];
        string[] template = name == "cases.jsonl" ? ["--template", golden] : [];
        var result = ConcordCli.Run(["render", .. template, file, "-o", output, .. time]);
        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Equal("", result.Out);
        Assert.Contains($"{errors} of ", result.Error);
        foreach (var (right, line) in Lines(File.ReadAllText(file)).Zip(Lines(File.ReadAllText(output))))
            if (right.TryGetProperty("expected", out var expected))
            {
                Assert.Equal(expected.GetString(), Text(line));
                if (right.TryGetProperty("spans", out var spans))
                    Assert.Equal(spans.GetRawText().Replace(" ", ""), line.GetProperty("spans").GetRawText());
            }
            else
                Assert.True(line.TryGetProperty("error", out _), line.GetRawText());
    }

    [Fact]
    public void Requests_under_a_template_on_standard_output()
    {
        var template = Written("t.jinja", ChatMl + "{% if add_generation_prompt %}>{{ n }}{% endif %}");
        var file = Written(
            "r.jsonl",
            """{"messages": [{"role": "user", "content": "Größe 😀"}], "add_generation_prompt": true, "kwargs": {"n": 1.0}}""",
            "",
            """{"messages": 3}""",
            "{",
            """{"messages": [{"role": "user", "content": "\ud83d"}], "text": "<{{ messages[0].content }}\ud800>"}""",
            """{"messages": [], "\ud800": 1}""",
            """{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}""",
            """{"messages": [{"role": "user", "content": "x"}], "text": "{{ raise_exception('No: ' ~ messages[0].content) }}"}"""
        );
        var result = ConcordCli.Run("render", "--template", template, file);
        Assert.Equal(ExitCodes.Failed, result.Code);
        var lines = Lines(result.Out);
        Assert.Equal("<|im_start|>user\nGröße 😀<|im_end|>\n>1.0", Text(lines[0]));
        Assert.Contains("a list of messages", lines[1].GetProperty("error").GetString());
        Assert.Contains("line 4: not valid JSON", lines[2].GetProperty("error").GetString());
        Assert.Equal("<\ufffd\ufffd>", Text(lines[3]));
        Assert.True(lines[4].TryGetProperty("error", out _) || Text(lines[4]).Length == 0);
        Assert.Equal("<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n", Text(lines[5]));
        Assert.Equal("No: x", lines[6].GetProperty("error").GetString());
        Assert.Equal(["text"], lines[0].EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("../secret", "is no name of a template")]
    [InlineData("none", "holds no template")]
    public void A_template_is_named_in_its_folder_only(string name, string said)
    {
        var file = Written("r.jsonl", $$"""{"messages": [], "template": "{{name}}"}""");
        Directory.CreateDirectory(folder.File("templates"));
        Written("secret.jinja", "secret");
        var result = ConcordCli.Run("render", "--template", folder.File("templates"), file);
        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Contains(said, result.Out);
        Assert.DoesNotContain("secret\"}", result.Out);
    }

    [Fact]
    public void Comparisons_of_a_model_have_their_ids_and_the_templates_special_tokens()
    {
        var place = Shared.Path("cases", "bos-added-to-chat-template");
        var result = ConcordCli
            .Run("render", Path.Combine(place, "model"), Path.Combine(place, "prompts.jsonl"))
            .MustBeDone();
        Assert.Contains("rendering chat", result.Error);
        var lines = Lines(result.Out);
        Assert.Equal([61, 66], lines.Select(line => line.GetProperty("ids").GetArrayLength()));
        Assert.Equal("[\"</s>\",\"</s>\"]", lines[0].GetProperty("special_tokens").GetRawText());
        Assert.StartsWith("<|user|>\nName a river in Europe.</s>\n", Text(lines[1]));
    }

    [Theory]
    [InlineData("selectattr")]
    [InlineData("tulu")]
    [InlineData("vicuna")]
    [InlineData("macro")]
    public void Templates_of_any_family_are_run(string name)
    {
        var place = Shared.Path("cases", "template-of-supported-family-refused");
        var pairs = Path.Combine(place, "pairs.jsonl");
        Assert.Equal(2, Lines(ConcordCli.Run("render", Path.Combine(place, name), pairs).MustBeDone().Out).Length);
        ConcordCli.Run("data", pairs, "--tokenizer", Path.Combine(place, name)).MustBeDone();
    }

    [Theory]
    [InlineData("content-empty", "no place for tool calls")]
    [InlineData("content-text", "no place for tool calls")]
    [InlineData("content-missing", "'content'")]
    [InlineData("content-missing-tight", "'content'")]
    [InlineData("calls-empty-list", "'content'")]
    public void What_a_template_has_no_place_for_is_refused_by_name(string name, string said)
    {
        var place = Shared.Path("cases", "tool-calls-lost", $"{name}.jsonl");
        var result = ConcordCli.Run("render", Shared.Path("cases", "_model_chat"), place);
        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Contains(said, Lines(result.Out)[0].GetProperty("error").GetString());
    }

    [Fact]
    public void White_space_of_the_file_changes_nothing()
    {
        const string Template =
            "{{ tools | tojson }}{% for m in messages %}[{{ m.role }}{{ m.tool_calls | tojson if m.tool_calls }}]{% endfor %}";
        var template = Written("t.jinja", Template);
        string Of(string name) =>
            ConcordCli
                .Run("render", "--template", template, Shared.Path("cases", "tool-calls-lost", $"{name}.jsonl"))
                .MustBeDone()
                .Out;
        Assert.Equal(Of("content-missing"), Of("content-missing-tight"));
        Assert.NotEqual(Text(Lines(Of("content-missing"))[0]), Text(Lines(Of("content-missing"))[1]));
    }

    [Fact]
    public void The_output_is_neither_input_nor_another_file()
    {
        var file = Written("r.jsonl", """{"messages": [], "text": "a"}""");
        Assert.Equal(ExitCodes.Failed, ConcordCli.Run("render", file, "-o", file).Code);
        var other = Written("other.jsonl", """{"messages": []}""");
        Assert.Equal(ExitCodes.Failed, ConcordCli.Run("render", file, "-o", other).Code);
        Assert.Equal("""{"messages": []}""" + "\n", File.ReadAllText(other));
        var output = folder.File("out.jsonl");
        ConcordCli.Run("render", file, "-o", output).MustBeDone();
        ConcordCli.Run("render", file, "-o", output).MustBeDone();
        Assert.Equal("{\"text\":\"a\"}\n", File.ReadAllText(output));
        Assert.Equal(ExitCodes.Usage, ConcordCli.Run("render", file, "--now", "yesterday").Code);
        Assert.Contains(
            "--template",
            ConcordCli.Run("render", Written("p.jsonl", """{"chosen": "a", "rejected": "b"}""")).Error
        );
    }
}
