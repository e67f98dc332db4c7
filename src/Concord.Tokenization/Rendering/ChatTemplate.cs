using Concord.Preferences;
using Concord.Tokenization.Rendering.Templates;

namespace Concord.Tokenization.Rendering;

/// <summary>The layouts of a dialogue that Concord trains on.</summary>
public enum ChatTemplateShape
{
    /// <summary><c>&lt;|im_start|&gt;user\n .. &lt;|im_end|&gt;</c>.</summary>
    ChatMl,

    /// <summary><c>[INST] .. [/INST] .. &lt;/s&gt;</c>.</summary>
    Llama2,

    /// <summary><c>&lt;|start_header_id|&gt;user&lt;|end_header_id|&gt;\n\n .. &lt;|eot_id|&gt;</c>.</summary>
    Llama3,

    /// <summary><c>&lt;|user|&gt;\n .. &lt;/s&gt;</c>.</summary>
    Zephyr,
}

/// <summary>
/// A model's own chat template, where it lays dialogues out in one of the shapes of <see cref="ChatTemplateShape"/>.
/// Safe for use by many threads.
/// </summary>
/// <remarks>
/// The template itself is run, as transformers runs it, so that a default system message, trimming and line ends are
/// the model's own. The shape is recognised by what the template makes of two dialogues, not by its wording. Tools and
/// documents are never given; nothing in a rendering depends on the day.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly ChatTemplateProgram program;
    private readonly Dictionary<string, object?> variables;

    private ChatTemplate(ChatTemplateProgram program, Dictionary<string, object?> variables) =>
        (this.program, this.variables) = (program, variables);

    /// <summary>The shape.</summary>
    public ChatTemplateShape Shape { get; private init; }

    /// <summary>Reads the template of a tokenizer.</summary>
    /// <exception cref="ConcordException">There is none, or it is of another shape, or it uses what is not known
    /// (named).</exception>
    public static ChatTemplate Of(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var text =
            tokenizer.ChatTemplate
            ?? throw new ConcordException(
                $"The tokenizer {tokenizer.File} has no chat_template. Take the rendering 'hh', or put the model's "
                    + $"chat_template.jinja beside it."
            );
        return Parse(
            text,
            tokenizer.BosToken,
            tokenizer.EosToken,
            tokenizer.File,
            tokenizer.PadToken,
            tokenizer.UnknownToken
        );
    }

    /// <summary>Reads a template.</summary>
    /// <param name="text">The Jinja text.</param>
    /// <param name="bosToken">The tokenizer's BOS, which the template may name.</param>
    /// <param name="eosToken">The tokenizer's EOS, which the template may name.</param>
    /// <param name="file">Where it comes from, for errors.</param>
    /// <param name="padToken">The tokenizer's padding, which the template may name.</param>
    /// <param name="unknownToken">The tokenizer's unknown token, which the template may name.</param>
    /// <exception cref="ConcordException">It is of another shape, or uses what is not known (named).</exception>
    public static ChatTemplate Parse(
        string text,
        string? bosToken,
        string? eosToken,
        string file,
        string? padToken = null,
        string? unknownToken = null
    )
    {
        var variables = new Dictionary<string, object?>
        {
            ["add_generation_prompt"] = false,
            ["tools"] = null,
            ["documents"] = null,
        };
        (string, string?)[] named =
        [
            ("bos_token", bosToken),
            ("eos_token", eosToken),
            ("pad_token", padToken),
            ("unk_token", unknownToken),
        ];
        foreach (var (name, token) in named)
            if (token is not null)
                variables[name] = token;
        try
        {
            var template = new ChatTemplate(new ChatTemplateProgram(text), variables);
            var shape =
                template.Recognise(eosToken ?? "")
                ?? throw new TemplateException("it lays dialogues out in another shape");
            return new ChatTemplate(template.program, variables) { Shape = shape };
        }
        catch (TemplateException error)
        {
            throw new ConcordException(
                $"The chat template of {file} is refused: {error.Message}. Concord knows templates shaped like "
                    + $"ChatML, Llama-2, Llama-3 and Zephyr; take the rendering 'hh' instead.",
                error
            );
        }
    }

    /// <summary>The text of a dialogue, as <c>apply_chat_template(messages, tokenize=False)</c> gives it.</summary>
    /// <exception cref="ConcordException">The template refuses the messages (a role it does not know, turns that do not
    /// alternate), or comes to what is not known.</exception>
    public string Format(IReadOnlyList<Message> messages)
    {
        try
        {
            return Render(messages);
        }
        catch (TemplateException error)
        {
            throw new ConcordException(
                $"The chat template refuses the messages: {error.Message}. Take the rendering 'hh', or leave such "
                    + $"dialogues out.",
                error
            );
        }
    }

    private string Render(IReadOnlyList<Message> messages)
    {
        List<object?> list =
        [
            .. messages.Select(message =>
                (object?)new Dictionary<string, object?> { ["role"] = message.Role, ["content"] = message.Content }
            ),
        ];
        return program.Render(new Dictionary<string, object?>(variables) { ["messages"] = list });
    }

    private ChatTemplateShape? Recognise(string eos)
    {
        string[] said = ["First question?", "First answer.", "Second question?", "Second answer."];
        var text = Render([
            .. said.Select((content, i) => new Message(i % 2 == 0 ? Roles.User : Roles.Assistant, content)),
        ]);
        bool InOrder(params ReadOnlySpan<string> parts)
        {
            var at = 0;
            foreach (var part in parts)
            {
                var found = text.IndexOf(part, at, StringComparison.Ordinal);
                if (found < 0)
                    return false;
                at = found + part.Length;
            }
            return true;
        }
        // The model's own turn may begin with more than its words (Qwen3 puts an empty thought there).
        const string ChatUser = "<|im_start|>user\n",
            ChatModel = "<|im_start|>assistant\n",
            ChatEnd = "<|im_end|>";
        if (
            InOrder(
                ChatUser + said[0] + ChatEnd,
                ChatModel,
                said[1] + ChatEnd,
                ChatUser + said[2] + ChatEnd,
                ChatModel,
                said[3] + ChatEnd
            )
        )
            return ChatTemplateShape.ChatMl;
        const string User = "<|start_header_id|>user<|end_header_id|>\n\n",
            Model = "<|start_header_id|>assistant<|end_header_id|>\n\n",
            End = "<|eot_id|>";
        if (InOrder(User + said[0] + End, Model + said[1] + End, User + said[2] + End, Model + said[3] + End))
            return ChatTemplateShape.Llama3;
        if (
            eos.Length > 0
            && InOrder(
                $"<|user|>\n{said[0]}{eos}",
                $"<|assistant|>\n{said[1]}{eos}",
                $"<|user|>\n{said[2]}{eos}",
                $"<|assistant|>\n{said[3]}{eos}"
            )
        )
            return ChatTemplateShape.Zephyr;
        if (InOrder("[INST]", said[0], "[/INST]", said[1], "[INST]", said[2], "[/INST]", said[3]))
            return ChatTemplateShape.Llama2;
        return null;
    }
}
