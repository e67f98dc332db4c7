using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// OpenAssistant trees, one a line: <c>{message_tree_id, tree_state, prompt{text, role, deleted,
/// replies[..{rank}]}}</c>, and the older form whose line is the first message itself. Only trees ready for export
/// count.
/// </summary>
internal sealed class OasstReader : IRecordReader
{
    public const string Ready = "ready_for_export";

    public bool Recognises(RecordFields record) => IsNode(record.Peek("prompt") ?? record.Element);

    public void Read(RecordFields record, RecordContext context)
    {
        if (record.OptionalText("tree_state") is { } state && state != Ready)
        {
            context.Drop($"trees in state {state}");
            return;
        }
        OasstRanking.Add(Node(record.OptionalObject("prompt") ?? record, context.Line), context);
    }

    public static string Role(RecordFields message) =>
        message.Text("role") switch
        {
            "prompter" => Roles.User,
            "assistant" => Roles.Assistant,
            var other => throw new RecordException(
                $"a message of role \"{other}\"; prompter or assistant was expected."
            ),
        };

    private static bool IsNode(JsonElement message) => message.Has("text", "role", "replies");

    private static OasstNode Node(RecordFields message, int line)
    {
        var node = new OasstNode(
            message.Text("text"),
            Role(message),
            message.OptionalNumber("rank"),
            message.Flag("deleted"),
            line
        );
        if (message.Has("replies"))
            foreach (var reply in message.Objects("replies"))
                node.Replies.Add(Node(reply, line));
        return node;
    }
}
