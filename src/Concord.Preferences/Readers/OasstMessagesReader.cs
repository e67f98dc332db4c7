namespace Concord.Preferences.Readers;

/// <summary>
/// OpenAssistant flat messages, one a row: <c>{message_id, parent_id, text, role, rank, deleted, tree_state}</c>. The
/// trees are put together at the end of the file.
/// </summary>
internal sealed class OasstMessagesReader : IRecordReader
{
    private readonly Dictionary<string, OasstNode> messages = [];
    private readonly List<(OasstNode Message, string? Parent)> order = [];

    public bool Recognises(RecordFields record) =>
        record.Has("message_id", "text", "role") && record.Columns.Contains("parent_id") && !record.Has("replies");

    public void Read(RecordFields record, RecordContext context)
    {
        if (record.OptionalText("tree_state") is { } state && state != OasstReader.Ready)
        {
            context.Drop($"messages of trees in state {state}");
            return;
        }
        var id = record.Text("message_id");
        var node = new OasstNode(
            record.Text("text"),
            OasstReader.Role(record),
            record.OptionalNumber("rank"),
            record.Flag("deleted"),
            context.Line
        );
        if (!messages.TryAdd(id, node))
            throw new RecordException($"a second message {id}; an id occurs once.");
        order.Add((node, record.OptionalText("parent_id")));
    }

    public void Finish(RecordContext context)
    {
        var roots = new List<OasstNode>();
        foreach (var (node, parent) in order)
        {
            if (parent is null)
                roots.Add(node);
            else if (messages.TryGetValue(parent, out var above) && above != node)
                above.Replies.Add(node);
            else
                context.Drop("messages whose parent is not in the file");
        }
        foreach (var root in roots)
            OasstRanking.Add(root, context);
    }
}
