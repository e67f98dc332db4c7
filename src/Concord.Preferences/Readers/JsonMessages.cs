using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Messages in the spellings of the field: <c>{role, content}</c>, <c>{from, value}</c>, contents as a text or as a
/// list of text parts.
/// </summary>
internal static class JsonMessages
{
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
        var role = Role(message.FindFirst("role", "from")!.Value, name);
        return new Message(role, Content(message, name));
    }

    private static string Role(JsonElement role, string name) =>
        (role.ValueKind == JsonValueKind.String ? JsonText.Of(role) : "") switch
        {
            "system" or "developer" => Roles.System,
            "user" or "human" or "prompter" => Roles.User,
            "assistant" or "gpt" or "model" or "bot" or "chatbot" or "function_call" => Roles.Assistant,
            // What a tool answers is, to the model, one more thing it is told.
            "tool" or "function" or "observation" or "ipython" => Roles.User,
            _ => throw new RecordException(
                $"\"{name}\" holds a message of role {JsonFields.Shown(role)}; system, user, assistant or tool was "
                    + $"expected."
            ),
        };

    private static string Content(JsonElement message, string name) =>
        message.FindFirst("content", "value") switch
        {
            null => message.Find("tool_calls") is { } calls ? calls.GetRawText() : "",
            { ValueKind: JsonValueKind.String } text => JsonText.Of(text),
            { ValueKind: JsonValueKind.Array } parts => string.Concat(
                parts.EnumerateArray().Select(part => Part(part, name))
            ),
            { } other => throw new RecordException(
                $"\"{name}\" holds a message whose content is {JsonFields.Kind(other)}; a text was expected."
            ),
        };

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
