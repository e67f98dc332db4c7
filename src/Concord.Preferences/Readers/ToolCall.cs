using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// The turn <c>{"from": "function_call", "value": ".."}</c> of ShareGPT files, whose text is a call (or a list of them)
/// as JSON: the assistant's tool calls, in the form that chat templates know.
/// </summary>
internal static class ToolCall
{
    /// <summary>The calls, or null where the text is none.</summary>
    public static string? Parse(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            using var document = JsonDocument.Parse(JsonText.Of(value));
            JsonElement[] calls =
                document.RootElement.ValueKind == JsonValueKind.Array
                    ? [.. document.RootElement.EnumerateArray()]
                    : [document.RootElement];
            return calls.Length > 0 && calls.All(call => call.Has("name", "arguments"))
                ? CanonicalJson.List(
                    calls.Select(call =>
                        CanonicalJson.Of([("type", CanonicalJson.Of("function")), ("function", CanonicalJson.Of(call))])
                    )
                )
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The turn that makes these calls and says nothing else.</summary>
    public static Message Message(string calls) =>
        Preferences.Message.WithFields(
            Roles.Assistant,
            "",
            CanonicalJson.Of([
                ("role", CanonicalJson.Of(Roles.Assistant)),
                ("content", CanonicalJson.Of("")),
                ("tool_calls", calls),
            ]),
            $"\u0004tool_calls\u0005{calls}"
        );
}
