using System.Text.Json;
using Concord.Preferences;

namespace Concord.Runs.Rendering;

/// <summary>Turns in ShareGPT's spelling (<c>conversations: [{from, value}]</c>) as messages.</summary>
internal static class Conversation
{
    /// <summary>The messages, or null where the line has none in this spelling.</summary>
    public static JsonDocument? Of(JsonElement line)
    {
        if (
            line.ValueKind != JsonValueKind.Object
            || line.TryGetProperty("messages", out _)
            || !line.TryGetProperty("conversations", out var turns)
            || turns.ValueKind != JsonValueKind.Array
        )
            return null;
        var messages = turns.EnumerateArray().Select(turn => Json(Message.Parse(turn.GetRawText())));
        return JsonDocument.Parse($"[{string.Join(',', messages)}]");
    }

    private static string Json(Message message) =>
        message.Fields ?? JsonSerializer.Serialize(new { role = message.Role, content = message.Content });
}
