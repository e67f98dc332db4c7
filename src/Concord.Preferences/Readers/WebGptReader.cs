using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// WebGPT comparisons: raw lines, each an array of two answers <c>{question{full_text}, answer, score}</c>, and the
/// flattened <c>{question, answer_0, score_0, answer_1, score_1}</c>. Scores lie in [-1, 1]; equal ones are a tie.
/// </summary>
internal sealed class WebGptReader : IRecordReader
{
    public static bool IsAnswer(JsonElement answer) => answer.Has("question", "answer", "score");

    public bool Recognises(RecordFields record) =>
        record.Kind == JsonValueKind.Array
            ? record.Element.GetArrayLength() == 2 && record.Element.EnumerateArray().All(IsAnswer)
            : record.Has("question", "answer_0", "answer_1", "score_0", "score_1");

    public void Read(RecordFields record, RecordContext context)
    {
        if (record.Kind != JsonValueKind.Array)
        {
            context.AddPair(
                Question(record),
                record.Text("answer_0"),
                record.Text("answer_1"),
                (record.Number("score_0"), record.Number("score_1"))
            );
            return;
        }
        if (record.Items() is not [var first, var second])
            throw new RecordException($"a list of {record.Element.GetArrayLength()}; two answers were expected.");
        var question = Question(first);
        if (Question(second).Trim() != question.Trim())
            throw new RecordException("two answers to different questions; one question was expected.");
        context.AddPair(
            question,
            first.Text("answer"),
            second.Text("answer"),
            (first.Number("score"), second.Number("score"))
        );
    }

    private static string Question(RecordFields record) =>
        record.OptionalObject("question") is { } question ? question.Text("full_text") : record.Text("question");
}
