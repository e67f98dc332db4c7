using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// NeMo-RL: <c>{context, completions[{rank, completion}], task_name?}</c>, context and completions as messages; the
/// lowest rank is best, and the task is the source.
/// </summary>
internal sealed class RankedCompletionsReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("context")
        && record.Peek("completions") is { ValueKind: JsonValueKind.Array } list
        && list.EnumerateArray().All(completion => completion.Has("rank", "completion"));

    public void Read(RecordFields record, RecordContext context)
    {
        var completions = record.Objects("completions");
        if (completions.Count < 2)
            throw new RecordException($"{completions.Count} completions; at least two were expected.");
        var field = record.Field("context");
        IReadOnlyList<Message> prompt =
            field.ValueKind == JsonValueKind.String
                ? [new Message(Roles.User, JsonText.Of(field))]
                : JsonMessages.List(field, "context");
        double[] scores = [.. completions.Select(completion => -completion.Number("rank"))];
        context.AddMessages(prompt, [.. completions.Select(Answer)], scores, carried: record.OptionalText("task_name"));
    }

    private static Response Answer(RecordFields completion)
    {
        var text = completion.Field("completion");
        if (text.ValueKind == JsonValueKind.String)
            return Response.FromAssistant(JsonText.Of(text));
        var turns = JsonMessages.List(text, "completion");
        return turns.Count > 0
            ? Response.FromMessages(turns)
            : throw new RecordException("a completion without a message; at least one was expected.");
    }
}
