using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Messages in the spellings of the field: <c>{role, content}</c>, <c>{from, value}</c>, contents as a text or as a
/// list of text parts, and whatever else a chat template may look at (tool calls, names, reasoning).
/// </summary>
/// <remarks>As transformers does, entries that are null are left out.</remarks>
internal static class JsonMessages
{
    private static readonly string[] BesideContent =
    [
        "tool_calls",
        "function_call",
        "reasoning_content",
        "reasoning",
        "thinking",
    ];

    public static bool IsList(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } list
        && list.GetArrayLength() > 0
        && list.EnumerateArray().All(IsMessage);

    public static bool IsMessage(JsonElement value) => value.Has("role") || value.Has("from", "value");

    public static IReadOnlyList<Message> List(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new RecordException($"\"{name}\" is {JsonFields.Kind(list)}; a list of messages was expected.");
        return [.. list.EnumerateArray().Select(item => One(item, name))];
    }

    public static Message One(JsonElement message, string name)
    {
        if (!IsMessage(message))
            throw new RecordException(
                $"\"{name}\" holds {JsonFields.Kind(message)} that is no message; {{\"role\", \"content\"}} was "
                    + $"expected."
            );
        var spoken = message.FindFirst("role", "from")!.Value;
        var role = Role(spoken, name);
        var content = message.FindFirst("content", "value");
        if (JsonText.IsText(spoken, "function_call") && content is { } call && ToolCall.Parse(call) is { } calls)
            return ToolCall.Message(calls);
        var fields = Fields(message, role, content, name);
        var text = Content(content, name);
        if (fields.Count == 2 && content is { ValueKind: JsonValueKind.String })
            return new Message(role, text);
        var beyond = fields.Where(field =>
            BesideContent.Contains(field.Name) && field.Json is not ("[]" or "\"\"" or "{}")
        );
        return Message.WithFields(
            role,
            text,
            CanonicalJson.Of(fields),
            string.Concat(beyond.Select(field => $"\u0004{field.Name}\u0005{field.Json}"))
        );
    }

    private static List<(string Name, string Json)> Fields(
        JsonElement message,
        string role,
        JsonElement? content,
        string name
    )
    {
        var fields = new List<(string Name, string Json)>();
        foreach (var (field, value) in CanonicalJson.Members(message))
        {
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            if (PromptFields.Media.Contains(field) && PromptFields.HoldsMedia(value))
                throw new RecordException($"\"{name}\" holds a message with {field}; only text is read.");
            var isRole = field == "role" || field == "from" && !message.Has("role");
            var isContent = field == "content" || field == "value" && !message.Has("content");
            if (isRole)
                fields.Add(("role", CanonicalJson.Of(role)));
            else if (isContent)
                fields.Add(("content", ContentJson(content!.Value, name)));
            else
                fields.Add((field, CanonicalJson.Of(value)));
        }
        return fields;
    }

    private static string Role(JsonElement role, string name) =>
        (role.ValueKind == JsonValueKind.String ? JsonText.Of(role) : "") switch
        {
            "system" => Roles.System,
            "developer" => Roles.Developer,
            "user" or "human" or "prompter" => Roles.User,
            "assistant" or "gpt" or "model" or "bot" or "chatbot" or "function_call" => Roles.Assistant,
            "tool" or "function" or "observation" or "ipython" => Roles.Tool,
            _ => throw new RecordException(
                $"\"{name}\" holds a message of role {JsonFields.Shown(role)}; system, user, assistant or tool was "
                    + $"expected."
            ),
        };

    private static string Content(JsonElement? content, string name) =>
        content switch
        {
            null => "",
            { ValueKind: JsonValueKind.String } text => JsonText.Of(text),
            { ValueKind: JsonValueKind.Array } parts => string.Concat(
                parts.EnumerateArray().Select(part => Part(part, name))
            ),
            { } other => throw new RecordException(
                $"\"{name}\" holds a message whose content is {JsonFields.Kind(other)}; a text was expected."
            ),
        };

    // Parts stay the list that they are; their text, where it has another name, gets the usual one.
    private static string ContentJson(JsonElement content, string name) =>
        content.ValueKind == JsonValueKind.Array
            ? CanonicalJson.List(
                content
                    .EnumerateArray()
                    .Select(part =>
                        part.Has("text") || part.ValueKind == JsonValueKind.String
                            ? CanonicalJson.Of(part)
                            : CanonicalJson.Of([
                                ("type", CanonicalJson.Of("text")),
                                ("text", CanonicalJson.Of(Part(part, name))),
                            ])
                    )
            )
            : CanonicalJson.Of(Content(content, name));

    private static string Part(JsonElement part, string name)
    {
        if (part.ValueKind == JsonValueKind.String)
            return JsonText.Of(part);
        if (
            part.FindFirst("text", "value") is { ValueKind: JsonValueKind.String } text
            && part.OptionalText("type") is null or "text"
        )
            return JsonText.Of(text);
        throw new RecordException(
            $"\"{name}\" holds a message part of type {part.OptionalText("type") ?? "unknown"}; only text is read."
        );
    }
}
