namespace Concord.Preferences.Readers;

/// <summary>
/// Summarize from feedback, comparisons: <c>{info, summaries[2]{text}, choice, worker}</c> over TL;DR posts and CNN/DM
/// articles, one comparison per worker.
/// </summary>
internal sealed class SummarizeReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("info", "summaries", "choice");

    public void Read(RecordFields record, RecordContext context)
    {
        var info = record.Object("info");
        var summaries = record.Objects("summaries");
        if (summaries.Count != 2)
            throw new RecordException($"{summaries.Count} summaries; two were expected.");
        var choice = record.Choice("choice", 0, 1);
        context.AddPair(
            Prompt(info),
            Summary(summaries[0]),
            Summary(summaries[1]),
            choice == 0 ? (1, 0) : (0, 1),
            annotator: record.OptionalText("worker")
        );
    }

    // As the publisher's own task lays it out, closed by the words that ask for the summary.
    private static string Prompt(RecordFields info)
    {
        var title = info.OptionalText("title") ?? "";
        return info.Has("article")
            ? $"Title: {title}\n\n{info.Text("article")}\n\nTL;DR:"
            : $"SUBREDDIT: r/{info.OptionalText("subreddit") ?? ""}\n\nTITLE: {title}\n\nPOST: "
                + $"{info.Text("post")}\n\nTL;DR:";
    }

    // TL;DR summaries begin with the space that joined them to "TL;DR:"; a message has no need of it.
    private static string Summary(RecordFields summary)
    {
        var text = summary.Text("text");
        return text.StartsWith(' ') ? text[1..] : text;
    }
}
