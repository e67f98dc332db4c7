namespace Concord.Preferences.Readers;

/// <summary>
/// Stanford Human Preferences: <c>{history, human_ref_A, human_ref_B, labels, domain}</c>; label 1 prefers A, and the
/// subreddit's domain is the source.
/// </summary>
internal sealed class ShpReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("history", "human_ref_A", "human_ref_B", "labels");

    public void Read(RecordFields record, RecordContext context)
    {
        (double, double) scores = record.Choice("labels", 0, 1) == 1 ? (1, 0) : (0, 1);
        context.AddPair(
            record.Text("history"),
            record.Text("human_ref_A"),
            record.Text("human_ref_B"),
            scores,
            carried: record.OptionalText("domain")
        );
    }
}
