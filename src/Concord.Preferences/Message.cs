using System.Text.Json;
using Concord.Preferences.Readers;

namespace Concord.Preferences;

/// <summary>One turn of a dialogue.</summary>
/// <remarks>
/// What a chat template may look at besides role and content (tool calls, names, reasoning, parts) is kept in
/// <see cref="Fields"/>. Two messages are equal where a template sees the same in both.
/// </remarks>
public sealed record Message
{
    /// <summary>A turn that is a text.</summary>
    /// <param name="role">Who speaks: <c>system</c>, <c>user</c> or <c>assistant</c>; templates may know more
    /// (<see cref="Roles"/>).</param>
    /// <param name="content">What is said, without any markup of a template.</param>
    public Message(string role, string content) => (Role, Content) = (role, content);

    private Message(string role, string content, string fields, string beyond)
        : this(role, content) => (Fields, Beyond) = (fields, beyond);

    /// <summary>Who speaks.</summary>
    public string Role { get; }

    /// <summary>What is said, without any markup of a template; of a list of text parts their texts, joined.</summary>
    public string Content { get; }

    /// <summary>
    /// The whole message as a chat template sees it, a JSON object in a form that does not depend on how the file wrote
    /// it; null where it has a role and a text and nothing else.
    /// </summary>
    public string? Fields { get; }

    /// <summary>What the message says that is not in its content: tool calls and reasoning; else empty.</summary>
    internal string Beyond { get; } = "";

    /// <summary>Reads a message from JSON: <c>{"role", "content", "tool_calls", ..}</c>.</summary>
    /// <exception cref="ConcordException">It is no message, or its content is neither a text nor a list of
    /// texts.</exception>
    public static Message Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            return JsonMessages.One(document.RootElement, "message");
        }
        catch (Exception error) when (error is JsonException or RecordException or InvalidOperationException)
        {
            throw new ConcordException($"A message cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Takes role and content apart.</summary>
    public void Deconstruct(out string role, out string content) => (role, content) = (Role, Content);

    /// <summary>A message with fields beside role and content.</summary>
    internal static Message WithFields(string role, string content, string fields, string beyond) =>
        new(role, content, fields, beyond);
}
