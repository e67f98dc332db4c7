using Concord.Preferences;
using Concord.Tokenization.Rendering.Templates;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering;

/// <summary>
/// A model's own chat template, of whatever family: it is run, as transformers runs it. Safe for use by many threads.
/// </summary>
/// <remarks>
/// The special tokens of a rendering are those that the template writes; none are added to it. What a template does not
/// know of a message (a list of parts, tools) is given to it in the form that it knows.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly TemplateProgram program;
    private readonly IReadOnlyDictionary<string, string> specialTokens;
    private readonly string file;

    private ChatTemplate(TemplateProgram program, IReadOnlyDictionary<string, string> specialTokens, string file) =>
        (this.program, this.specialTokens, this.file) = (program, specialTokens, file);

    /// <summary>Whether the template says which stretches the model itself wrote (<c>{% generation %}</c>).</summary>
    public bool MarksGeneration => program.HasGeneration;

    /// <summary>Whether it reads the tools that it is given.</summary>
    public bool ReadsTools => program.Reads("tools");

    /// <summary>Whose time <c>strftime_now</c> tells.</summary>
    /// <value>Default: the machine's clock, in local time.</value>
    public TimeProvider Clock { get; private init; } = TimeProvider.System;

    /// <summary>The same template under another clock.</summary>
    public ChatTemplate At(TimeProvider clock) => new(program, specialTokens, file) { Clock = clock };

    /// <summary>Reads the template of a tokenizer.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="limits">What a rendering may take.</param>
    /// <exception cref="ConcordException">There is none, or it is not well formed (its line is named).</exception>
    public static ChatTemplate Of(Tokenizer tokenizer, ChatTemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var text =
            tokenizer.ChatTemplate
            ?? throw new ConcordException(
                $"The tokenizer {tokenizer.File} has no chat_template. Take the rendering 'hh', or put the model's "
                    + $"chat_template.jinja beside it."
            );
        return Parse(text, tokenizer.NamedTokens, tokenizer.File, limits);
    }

    /// <summary>Reads a template.</summary>
    /// <param name="text">The Jinja text.</param>
    /// <param name="specialTokens">The tokenizer's special tokens by the names that templates have for them:
    /// <c>bos_token</c>, <c>eos_token</c>, ..</param>
    /// <param name="file">Where it comes from, for errors.</param>
    /// <param name="limits">What a rendering may take.</param>
    /// <exception cref="ConcordException">It is not well formed (its line is named).</exception>
    public static ChatTemplate Parse(
        string text,
        IReadOnlyDictionary<string, string> specialTokens,
        string file,
        ChatTemplateLimits? limits = null
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(specialTokens);
        try
        {
            return new ChatTemplate(new TemplateProgram(text, limits ?? new ChatTemplateLimits()), specialTokens, file);
        }
        catch (TemplateException error)
        {
            throw new ConcordException(
                $"The chat template of {file} cannot be read: {Sentence(error)}. Mend it, or take the rendering 'hh'.",
                error
            );
        }
    }

    /// <summary>The text of a dialogue, as <c>apply_chat_template(messages, tokenize=False)</c> gives it.</summary>
    /// <param name="messages">The dialogue. Lists of parts are given to the template as lists; where it does not know
    /// what to do with those, as the parts' texts joined.</param>
    /// <param name="tools">The tools that the dialogue offers (<see cref="Comparison.Tools"/>): given as a list to a
    /// template that reads them, else told in the system message.</param>
    /// <exception cref="ConcordException">The template refuses the messages (a role that it does not know, turns that
    /// do not alternate), has no place for their tool calls, comes to what is not known, or takes more than its
    /// limits.</exception>
    public string Format(IReadOnlyList<Message> messages, string? tools = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var given = ReadsTools ? ChatMessages.Tools(tools) : null;
        if (given is null)
            messages = ToldTools.In(messages, tools);
        try
        {
            var text = Text(messages, given);
            return messages.Any(ChatMessages.HasCalls) && LosesCalls(messages, given, text)
                ? throw new TemplateException("it has no place for tool calls, and the messages hold some")
                : text;
        }
        catch (TemplateException error)
        {
            throw new ConcordException(
                $"The chat template of {file} refuses the messages: {Sentence(error)}. Leave such dialogues "
                    + $"out, or take a rendering that can hold them.",
                error
            );
        }
    }

    /// <summary>A rendering of what transformers' <c>apply_chat_template</c> may be given.</summary>
    /// <exception cref="ConcordException">The template says so (its own words), comes to what has no meaning (its line
    /// is named), or takes more than its limits.</exception>
    public ChatRendering Render(ChatTemplateRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return request.Run(program, specialTokens, Clock);
        }
        catch (TemplateException error)
        {
            throw new ConcordException(error.IsTemplates ? error.Message : $"{Sentence(error)}.", error);
        }
    }

    // Where the calls make no difference to the text, they are not in it.
    private bool LosesCalls(IReadOnlyList<Message> messages, object? tools, string text)
    {
        try
        {
            return Text([.. messages.Select(ChatMessages.WithoutCalls)], tools) == text;
        }
        catch (TemplateException)
        {
            return false;
        }
    }

    private string Text(IReadOnlyList<Message> messages, object? tools)
    {
        if (!messages.Any(ChatMessages.HasParts))
            return Text(ChatMessages.Of(messages, withParts: false), tools);
        try
        {
            return Text(ChatMessages.Of(messages, withParts: true), tools);
        }
        catch (TemplateException error) when (!error.IsLimit)
        {
            return Text(ChatMessages.Of(messages, withParts: false), tools);
        }
    }

    private string Text(Sequence messages, object? tools) =>
        program
            .Render(
                [
                    .. specialTokens.Select(token => KeyValuePair.Create(token.Key, (object?)token.Value)),
                    KeyValuePair.Create("messages", (object?)messages),
                    KeyValuePair.Create("tools", tools),
                    KeyValuePair.Create("documents", (object?)null),
                    KeyValuePair.Create("add_generation_prompt", (object?)false),
                ],
                Clock
            )
            .Text;

    private static string Sentence(TemplateException error) =>
        error.Line > 0
            ? FormattableString.Invariant($"{error.Message.TrimEnd('.')} (line {error.Line} of the template)")
            : error.Message.TrimEnd('.');
}
