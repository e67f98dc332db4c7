namespace Concord.Preferences.Readers;

/// <summary>
/// The comparisons in an OpenAssistant tree: wherever at least two answers to one message carry a rank (0 is best),
/// they are one comparison with score -rank.
/// </summary>
internal static class OasstRanking
{
    /// <summary>Walks a tree and adds its comparisons; everything left out is counted by reason.</summary>
    public static void Add(OasstNode root, RecordContext context)
    {
        var found = 0;
        Walk(root, []);
        if (found == 0)
            context.Drop("trees without two ranked answers to one message");

        void Walk(OasstNode node, IReadOnlyList<Message> before)
        {
            if (node.Deleted)
            {
                context.Drop("deleted messages and what follows them", Count(node));
                return;
            }
            Message[] path = [.. before, new Message(node.Role, node.Text)];
            var answers = node.Replies.Where(reply => reply.IsAnswer && !reply.Deleted).ToArray();
            var ranked = answers.Where(answer => answer.Rank is not null).ToArray();
            if (!node.IsAnswer && ranked.Length > 1)
            {
                found++;
                context.Drop("unranked answers beside ranked ones", answers.Length - ranked.Length);
                var responses = ranked.Select(answer => Response.FromAssistant(answer.Text)).ToArray();
                context.AddMessages(
                    path,
                    responses,
                    [.. ranked.Select(answer => -answer.Rank!.Value)],
                    line: node.Line
                );
            }
            foreach (var reply in node.Replies)
                Walk(reply, path);
        }
    }

    private static int Count(OasstNode node) => 1 + node.Replies.Sum(Count);
}
