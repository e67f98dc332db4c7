namespace Concord.Preferences.Readers;

/// <summary>
/// LFQA experts: <c>{question_text, answer1, answer2, BetterAnswer, annotator}</c>, one file an expert; the better one
/// is <c>Answer A</c> or <c>Answer B</c>.
/// </summary>
internal sealed class LfqaReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("question_text", "answer1", "answer2", "BetterAnswer");

    public void Read(RecordFields record, RecordContext context)
    {
        (double, double) scores = record.Text("BetterAnswer") switch
        {
            "Answer A" => (1, 0),
            "Answer B" => (0, 1),
            var other => throw new RecordException(
                $"\"BetterAnswer\" is \"{other}\"; Answer A or Answer B was expected."
            ),
        };
        context.AddPair(
            record.Text("question_text"),
            record.Text("answer1"),
            record.Text("answer2"),
            scores,
            annotator: record.OptionalText("annotator")
        );
    }
}
