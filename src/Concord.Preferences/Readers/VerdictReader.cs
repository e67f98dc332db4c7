using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Two answers and who won, as arenas and annotation tools write it: <c>{prompt, response_a, response_b, winner}</c>,
/// <c>{conversation_a, conversation_b, winner}</c>, HelpSteer's strengths, one column per outcome, or a score for each.
/// </summary>
internal sealed class VerdictReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        AnswerPair.Of(record) is { } pair
        && Verdict.IsGiven(record, pair)
        && (pair.AreDialogues || PromptFields.Has(record));

    public void Read(RecordFields record, RecordContext context)
    {
        var pair = AnswerPair.Of(record) ?? throw new RecordException("\"response_a\" and \"response_b\" are missing.");
        var scores = Verdict.Of(record, pair);
        var annotator = record.OptionalText("judge");
        JsonElement first = record.Field(pair.First),
            second = record.Field(pair.Second);
        if (pair.AreDialogues)
        {
            IReadOnlyList<Message>[] sides =
            [
                JsonMessages.List(first, pair.First),
                JsonMessages.List(second, pair.Second),
            ];
            context.AddDialogues(sides, scores, annotator: annotator);
            return;
        }
        if (TurnLists.Of(record, pair) is { } dialogues)
        {
            context.AddDialogues(dialogues, scores, annotator: annotator);
            return;
        }
        var prompt = PromptFields.Read(record);
        if (!prompt.IsGiven)
            throw new RecordException("\"prompt\" is missing.");
        Response[] responses =
        [
            Response.FromMessages(PairRecord.Side(first, pair.First)),
            Response.FromMessages(PairRecord.Side(second, pair.Second)),
        ];
        context.AddMessages(prompt.All, responses, scores, annotator: annotator, tools: prompt.Tools);
    }
}
