using System.Text.Json;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization.Rendering.Templates;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering;

/// <summary>What transformers' <c>apply_chat_template</c> may be given, as JSON.</summary>
public sealed record ChatTemplateRequest
{
    /// <summary>The messages, a list of objects.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>The tools, a list; null where none are given.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>The documents, a list; null where none are given.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Whether the text is to end where the model's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>The last message's field that is to be continued (<c>content</c>): the text ends with it; null where
    /// the last message is complete.</summary>
    public string? ContinuedField { get; init; }

    /// <summary>Further variables of the template.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Special tokens by name in place of the tokenizer's; null for those.</summary>
    public IReadOnlyDictionary<string, string>? SpecialTokens { get; init; }

    /// <summary>The text of a template of its own; null where it has none.</summary>
    public string? Template { get; init; }

    /// <summary>The name of a template that it asks for; null where it names none.</summary>
    public string? TemplateName { get; init; }

    /// <summary>
    /// Reads a request: <c>{messages, tools?, documents?, add_generation_prompt?, continue_final_message?, kwargs?,
    /// special_tokens?, text?, template?}</c>.
    /// </summary>
    /// <exception cref="ConcordException">It has no messages, or a key holds what it cannot.</exception>
    /// <param name="line">The request.</param>
    /// <param name="messages">Messages in place of its own.</param>
    public static ChatTemplateRequest Parse(JsonElement line, JsonElement? messages = null)
    {
        if (line.ValueKind != JsonValueKind.Object)
            throw new ConcordException("A request is no JSON object; {\"messages\": [..]} was expected.");
        JsonElement? Find(string name, string wanted, params ReadOnlySpan<JsonValueKind> kinds)
        {
            if (!line.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return null;
            return kinds.Contains(value.ValueKind)
                ? value
                : throw new ConcordException($"\"{name}\" is {JsonFields.Kind(value)}; {wanted} was expected.");
        }
        var continued = Find(
            "continue_final_message",
            "true, false or the name of a field",
            JsonValueKind.True,
            JsonValueKind.False,
            JsonValueKind.String
        );
        var prompt = Find("add_generation_prompt", "true or false", JsonValueKind.True, JsonValueKind.False);
        return new ChatTemplateRequest
        {
            Messages =
                messages
                ?? Find("messages", "a list of messages", JsonValueKind.Array)
                ?? throw new ConcordException("\"messages\" is missing; a list of messages was expected."),
            Tools = Find("tools", "a list", JsonValueKind.Array),
            Documents = Find("documents", "a list", JsonValueKind.Array),
            AddGenerationPrompt = prompt is { ValueKind: JsonValueKind.True },
            ContinuedField = continued switch
            {
                { ValueKind: JsonValueKind.True } => "content",
                { ValueKind: JsonValueKind.String } field => JsonText.Of(field),
                _ => null,
            },
            Variables = Find("kwargs", "an object", JsonValueKind.Object) is { } variables
                ? CanonicalJson.Members(variables).ToDictionary(member => member.Name, member => member.Value)
                : [],
            SpecialTokens = Find("special_tokens", "an object", JsonValueKind.Object) is { } tokens
                ? CanonicalJson
                    .Members(tokens)
                    .ToDictionary(member => member.Name, member => Token(member.Name, member.Value))
                : null,
            Template = Find("text", "a template's text", JsonValueKind.String) is { } text ? JsonText.Of(text) : null,
            TemplateName = Find("template", "a template's name", JsonValueKind.String) is { } name
                ? JsonText.Of(name)
                : null,
        };
    }

    private static string Token(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? JsonText.Of(value)
            : throw new ConcordException(
                $"The special token \"{name}\" is {JsonFields.Kind(value)}; a text was expected."
            );

    internal ChatRendering Run(
        TemplateProgram program,
        IReadOnlyDictionary<string, string> specialTokens,
        TimeProvider clock
    )
    {
        if (ContinuedField is not null && AddGenerationPrompt)
            throw new TemplateException("a message that is to be continued leaves no place for a generation prompt");
        var messages = ChatMessages.Normalized(JsonReader.Read(Messages));
        var continued = ContinuedField is null ? null : ContinuedMessage.In(messages, ContinuedField);
        var variables = new Dictionary<string, object?>();
        foreach (var (name, token) in SpecialTokens ?? specialTokens)
            variables[name] = token;
        foreach (var (name, value) in Variables)
            variables[name] = JsonReader.Read(value);
        variables["messages"] = continued?.Messages ?? messages;
        variables["tools"] = Tools is { } tools ? JsonReader.Read(tools) : null;
        variables["documents"] = Documents is { } documents ? JsonReader.Read(documents) : null;
        variables["add_generation_prompt"] = AddGenerationPrompt;
        var (text, spans) = program.Render(variables, clock);
        return continued is null
            ? new ChatRendering(text, program.HasGeneration ? spans : null)
            : new ChatRendering(continued.Cut(text), null);
    }
}
