namespace Concord.Preferences.Readers;

/// <summary>
/// JudgeBench: <c>{question, response_A, response_B, label}</c>; the label is <c>A&gt;B</c> or <c>B&gt;A</c>, the field
/// <c>source</c> names the domain. Judgments beside it are a judge's, not the label, and are not read.
/// </summary>
internal sealed class JudgeBenchReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("question", "response_A", "response_B", "label");

    public void Read(RecordFields record, RecordContext context)
    {
        (double, double) scores = record.Text("label") switch
        {
            "A>B" => (1, 0),
            "B>A" => (0, 1),
            "A=B" => (0, 0),
            var other => throw new RecordException($"\"label\" is \"{other}\"; A>B, B>A or A=B was expected."),
        };
        context.AddPair(
            record.Text("question"),
            record.Text("response_A"),
            record.Text("response_B"),
            scores,
            carried: record.OptionalText("source")
        );
    }
}
