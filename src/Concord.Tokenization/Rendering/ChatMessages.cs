using Concord.Preferences;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering;

/// <summary>Messages as a template sees them: what transformers does to them first.</summary>
internal static class ChatMessages
{
    private static readonly string[] ReasoningNames = ["reasoning_content", "thinking", "reasoning"];

    /// <summary>Messages of a dialogue.</summary>
    /// <param name="messages">The dialogue.</param>
    /// <param name="withParts">Whether a list of parts stays a list.</param>
    public static Sequence Of(IReadOnlyList<Message> messages, bool withParts) =>
        new([.. messages.Select(message => Of(message, withParts))]);

    /// <summary>Messages as they stand in a file, or anything else, which stays as it is.</summary>
    public static object? Normalized(object? messages) =>
        messages is Sequence list
            ? new Sequence([.. list.Items.Select(item => item is Mapping message ? Normalized(message) : item)])
            : messages;

    public static bool HasParts(Message message) =>
        message.Fields is { } fields && JsonReader.Read(fields) is Mapping mapping && Content(mapping) is Sequence;

    public static bool HasCalls(Message message) =>
        message.Beyond.Contains("\u0004tool_calls\u0005", StringComparison.Ordinal)
        || message.Beyond.Contains("\u0004function_call\u0005", StringComparison.Ordinal);

    /// <summary>The message without its calls.</summary>
    public static Message WithoutCalls(Message message)
    {
        if (!HasCalls(message))
            return message;
        using var document = System.Text.Json.JsonDocument.Parse(message.Fields!);
        var kept = CanonicalJson
            .Members(document.RootElement)
            .Where(member => member.Name is not ("tool_calls" or "function_call"))
            .Select(member => (member.Name, CanonicalJson.Of(member.Value)));
        return Message.WithFields(message.Role, message.Content, CanonicalJson.Of([.. kept]), "");
    }

    /// <summary>Tools as a list; null where they are told in words.</summary>
    public static object? Tools(string? tools) =>
        tools is not null && tools.StartsWith('[') && TryRead(tools) is Sequence list ? list : null;

    private static object? TryRead(string json)
    {
        try
        {
            return JsonReader.Read(json);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static Mapping Of(Message message, bool withParts)
    {
        if (message.Fields is null)
            return new Mapping().With("role", message.Role).With("content", message.Content);
        var made = new Mapping();
        foreach (var (key, value) in ((Mapping)JsonReader.Read(message.Fields)!).Entries)
            made.With(
                key,
                key is not "content" || value is not Sequence parts ? value
                    : withParts ? new Sequence(parts.Items) { IsContent = true }
                    : message.Content
            );
        return Normalized(made);
    }

    // Entries that are null go; reasoning, under whichever of its names, is there under the two usual ones.
    private static Mapping Normalized(Mapping message)
    {
        var made = new Mapping();
        var reasoning = ReasoningNames
            .Select(name => message.TryGet(name, out var value) ? value : null)
            .FirstOrDefault(value => value is not null);
        if (reasoning is not null && !(message.TryGet("thinking", out var thinking) && thinking is not null))
            made.With("thinking", reasoning);
        foreach (var (key, value) in message.Entries)
            if (value is not null)
                made.With(key, value);
        return reasoning is null ? made : made.With("reasoning_content", reasoning);
    }

    private static object? Content(Mapping message) => message.TryGet("content", out var content) ? content : null;
}
