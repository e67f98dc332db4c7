using Concord.Preferences;
using Concord.Tests.Tokenizers;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

/// <summary>Renderings of well-known templates, written by hand; <see cref="GoldenChatTemplateTests"/> has the
/// rest.</summary>
public class ChatTemplateTests
{
    public const string Llama2 = """
        {% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}
        """;

    private const string Zephyr = """
        {% for message in messages %}
        {% if message['role'] == 'user' %}
        {{ '<|user|>
        ' + message['content'] + eos_token }}
        {% elif message['role'] == 'system' %}
        {{ '<|system|>
        ' + message['content'] + eos_token }}
        {% elif message['role'] == 'assistant' %}
        {{ '<|assistant|>
        '  + message['content'] + eos_token }}
        {% endif %}
        {% if loop.last and add_generation_prompt %}
        {{ '<|assistant|>' }}
        {% endif %}
        {% endfor %}
        """;

    private static readonly Dictionary<string, string> Tokens = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    private static readonly Message[] Turn = [new(Roles.User, " Hi "), new(Roles.Assistant, "Hello.")];

    private static readonly Message[] Guided =
    [
        new(Roles.System, "Be brief."),
        new(Roles.User, "Hi"),
        new(Roles.Assistant, "Hello."),
        new(Roles.User, "And?"),
        new(Roles.Assistant, "Bye."),
    ];

    [Fact]
    public void ChatMl_with_a_system_message_of_its_own()
    {
        var template = ChatTemplate.Of(Tokenizer.Load(Shared.Path("models", "smollm2-135m-instruct")));
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging "
                + "Face<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n",
            template.Format(Turn)
        );
        Assert.Equal(
            "<|im_start|>system\nBe "
                + "brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nAnd?<|im_end|>\n<|im_start|>assistant\nBye.<|im_end|>\n",
            template.Format(Guided)
        );
    }

    [Fact]
    public void ChatMl_of_Qwen3_with_tools_it_is_not_given()
    {
        var template = ChatTemplate.Of(GoldenTokenizers.Get("qwen3"));
        Assert.Equal(
            "<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nHello.<|im_end|>\n",
            template.Format(Turn)
        );
    }

    [Fact]
    public void Llama3()
    {
        var template = ChatTemplate.Of(GoldenTokenizers.Get("llama3"));
        Assert.Equal(
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>",
            template.Format(Turn)
        );
    }

    [Fact]
    public void Llama2_style()
    {
        var template = ChatTemplate.Parse(Llama2, Tokens, "config");
        Assert.Equal("<s>[INST] Hi [/INST] Hello. </s>", template.Format(Turn));
        Assert.Equal(
            "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello. </s><s>[INST] And? [/INST] Bye. </s>",
            template.Format(Guided)
        );
        var error = Assert.Throws<ConcordException>(() => template.Format([Turn[1], Turn[0]]));
        Assert.Contains("roles must alternate", error.Message);
    }

    [Fact]
    public void Zephyr_style()
    {
        var template = ChatTemplate.Parse(Zephyr, Tokens, "config");
        Assert.Equal("<|user|>\n Hi </s>\n<|assistant|>\nHello.</s>\n", template.Format(Turn));
        Assert.Equal(
            "<|system|>\nBe "
                + "brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello.</s>\n<|user|>\nAnd?</s>\n<|assistant|>\nBye.</s>\n",
            template.Format(Guided)
        );
    }

    [Theory]
    [InlineData("{% for m in messages %}", "'endfor' or 'else'", 1)]
    [InlineData("a\n{{ messages", "not closed", 2)]
    [InlineData("{{ 'a' ? 1 }}", "'?'", 1)]
    [InlineData("\n\n{% nope %}", "'nope'", 3)]
    [InlineData("a\n{{ 'a' | nope }}", "the filter 'nope'", 2)]
    [InlineData("{% for x in [] %}\n{{ x is nope }}{% endfor %}", "the test 'nope'", 2)]
    [InlineData("{% if false %}{% for x in [] %}{{ x | nope }}{% endfor %}{% endif %}", "the filter 'nope'", 1)]
    public void What_is_no_template_is_refused_by_line(string text, string named, int line)
    {
        var error = Assert.Throws<ConcordException>(() => ChatTemplate.Parse(text, Tokens, "some/config.json"));
        Assert.Contains(named, error.Message);
        Assert.Contains("some/config.json", error.Message);
        Assert.Contains($"line {line} of the template", error.Message);
    }

    [Theory]
    [InlineData("{{ messages[0]['content'] + 3 }}", "'+'", 1)]
    [InlineData("a\n{% if messages %}{{ 'a' | nope }}{% endif %}", "the filter 'nope'", 2)]
    [InlineData("\n{% if 'a' is nope %}{% endif %}", "the test 'nope'", 2)]
    [InlineData("{% for m in messages %}\n{{ m.gone.further }}{% endfor %}", "'gone'", 2)]
    [InlineData("{{ gone() }}", "'gone' is undefined", 1)]
    public void What_has_no_meaning_is_refused_where_it_is_reached(string text, string named, int line)
    {
        var template = ChatTemplate.Parse(text, Tokens, "some/config.json");
        var error = Assert.Throws<ConcordException>(() => template.Format(Turn));
        Assert.Contains(named, error.Message);
        Assert.Contains($"line {line} of the template", error.Message);
    }

    [Fact]
    public void Lists_of_parts_go_to_templates_that_know_them_and_as_text_to_others()
    {
        Message[] parts =
        [
            Message.Parse("""{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"""),
        ];
        string Of(string text) => ChatTemplate.Parse(text, Tokens, "config").Format(parts);
        Assert.Equal("a|b|", Of("{% for p in messages[0].content %}{{ p.text }}|{% endfor %}"));
        Assert.Equal("<ab>", Of("{{ '<' + messages[0].content + '>' }}"));
        Assert.Equal("ab", Of("{{ messages[0].content }}"));
        Assert.Equal("ab", Of("{{ messages[0].content | trim }}"));
        Assert.Equal("ab!", Of("{{ messages[0].content ~ '!' }}"));
    }

    [Fact]
    public void Tools_go_to_templates_that_read_them_and_are_told_to_others()
    {
        const string Tools = """[{"name":"f"}]""";
        Message[] asked = [new(Roles.System, "Be brief."), new(Roles.User, "q")];
        string Of(string text) => ChatTemplate.Parse(text, Tokens, "config").Format(asked, Tools);
        Assert.Equal("f Be brief.", Of("{{ tools[0].name }} {{ messages[0].content }}"));
        Assert.Equal(Tools + "\n\nBe brief.", Of("{{ messages[0].content }}"));
    }

    [Fact]
    public void Tool_calls_that_a_template_has_no_place_for_are_refused()
    {
        Message[] calling =
        [
            new(Roles.User, "q"),
            Message.Parse("""{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]}"""),
        ];
        string Of(string text) => ChatTemplate.Parse(text, Tokens, "config").Format(calling);
        Assert.Equal("f", Of("{{ messages[1].tool_calls[0].function.name }}"));
        Assert.Contains(
            "no place for tool calls",
            Assert.Throws<ConcordException>(() => Of("{% for m in messages %}{{ m.content }}{% endfor %}")).Message
        );
    }
}
