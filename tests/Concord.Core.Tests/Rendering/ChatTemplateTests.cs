using Concord.Preferences;
using Concord.Tests.Tokenizers;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

/// <summary>
/// Renderings written by hand after the templates; the interpreter itself was compared with Jinja 3.1 on 660 dialogues
/// under 11 templates.
/// </summary>
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
        Assert.Equal(ChatTemplateShape.ChatMl, template.Shape);
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
        Assert.Equal(ChatTemplateShape.ChatMl, template.Shape);
        Assert.Equal(
            "<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nHello.<|im_end|>\n",
            template.Format(Turn)
        );
    }

    [Fact]
    public void Llama3()
    {
        var template = ChatTemplate.Of(GoldenTokenizers.Get("llama3"));
        Assert.Equal(ChatTemplateShape.Llama3, template.Shape);
        Assert.Equal(
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>",
            template.Format(Turn)
        );
    }

    [Fact]
    public void Llama2_style()
    {
        var template = ChatTemplate.Parse(Llama2, "<s>", "</s>", "config");
        Assert.Equal(ChatTemplateShape.Llama2, template.Shape);
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
        var template = ChatTemplate.Parse(Zephyr, "<s>", "</s>", "config");
        Assert.Equal(ChatTemplateShape.Zephyr, template.Shape);
        Assert.Equal("<|user|>\n Hi </s>\n<|assistant|>\nHello.</s>\n", template.Format(Turn));
        Assert.Equal(
            "<|system|>\nBe "
                + "brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello.</s>\n<|user|>\nAnd?</s>\n<|assistant|>\nBye.</s>\n",
            template.Format(Guided)
        );
    }

    [Theory]
    [InlineData(
        "{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}<end_of_turn>\n{% endfor %}",
        "another shape"
    )]
    [InlineData(
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | upper }}<|im_end|>\n{% endfor %}",
        "another shape"
    )]
    [InlineData("{% for m in messages %}<|user|>\n{{ m.content }}<|end|>\n{% endfor %}", "another shape")]
    [InlineData("{% macro turn(m) %}{{ m }}{% endmacro %}", "'macro'")]
    [InlineData(
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | wordwrap(3) }}<|im_end|>{% endfor %}",
        "'wordwrap'"
    )]
    [InlineData("{% for m in messages %}{{ strftime_now('%d') }}{% endfor %}", "'strftime_now'")]
    [InlineData("{% for m in messages %}", "'endfor'")]
    [InlineData("{{ messages", "not closed")]
    [InlineData("{{ messages[0]['content'] + 3 }}", "'+'")]
    [InlineData("{{ 'a' ? 1 }}", "'?'")]
    [InlineData(
        "{% set n = namespace(i=0) %}{% for a in range(5000) %}{% for b in range(5000) %}{% set n.i = b %}{% endfor "
            + "%}{% endfor %}",
        "end"
    )]
    [InlineData("", "another shape")]
    public void Others_are_refused_by_name(string text, string named)
    {
        var error = Assert.Throws<ConcordException>(() => ChatTemplate.Parse(text, "<s>", "</s>", "some/config.json"));
        Assert.Contains(named, error.Message);
        Assert.Contains("some/config.json", error.Message);
    }
}
