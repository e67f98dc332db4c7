using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// UltraFeedback as published: <c>{instruction, completions[{response, overall_score}]}</c>: one comparison of all
/// completions by their overall score. Completions without a score are left out and counted.
/// </summary>
internal sealed class UltraFeedbackReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("instruction")
        && record.Peek("completions") is { ValueKind: JsonValueKind.Array } list
        && list.EnumerateArray().All(completion => completion.Has("response"));

    public void Read(RecordFields record, RecordContext context)
    {
        var completions = record.Objects("completions");
        var scored = completions.Where(completion => completion.Has("overall_score")).ToArray();
        if (scored.Length < 2)
            throw new RecordException(
                $"{scored.Length} completions with an \"overall_score\"; at least two were expected."
            );
        context.Drop("completions without a score", completions.Count - scored.Length);
        context.AddMessages(
            [new Message(Roles.User, record.Text("instruction"))],
            [.. scored.Select(completion => Response.FromAssistant(completion.Text("response")))],
            [.. scored.Select(completion => completion.Number("overall_score"))]
        );
    }
}
