namespace Concord.Preferences.Readers;

/// <summary>
/// RMB: <c>{conversation_input, bon_best, loser_list}</c>, where the best beats each loser and the losers are not
/// ordered, and <c>{conversation_input, chosen, reject}</c>. The objective in <c>category_path</c> is the source.
/// </summary>
internal sealed class RmbReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("conversation_input") && (record.Has("bon_best", "loser_list") || record.Has("chosen", "reject"));

    public void Read(RecordFields record, RecordContext context)
    {
        RecordFields[] answers = record.Has("bon_best")
            ? [record.Object("bon_best"), .. record.Objects("loser_list")]
            : [record.Object("chosen"), record.Object("reject")];
        if (answers.Length < 2)
            throw new RecordException("no loser; at least one was expected.");
        context.AddMessages(
            JsonMessages.List(record.Field("conversation_input"), "conversation_input"),
            [.. answers.Select(answer => Response.FromAssistant(answer.Text("answer")))],
            [.. answers.Select((_, at) => at == 0 ? 1.0 : 0.0)],
            carried: Objective(record)
        );
    }

    // "Pairwise_set/Helpfulness/Reasoning/..": set, objective, kind of task.
    private static string? Objective(RecordFields record) =>
        record.OptionalText("category_path")?.Split('/') is { Length: > 1 } parts ? parts[1] : null;
}
