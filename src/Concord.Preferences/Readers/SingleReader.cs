using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// One answer and no other to compare it with: <c>{prompt, response | completion | answer | output}</c>, <c>{text}</c>
/// (a whole text as the model reads it), or <c>{messages | conversations | conversation}</c> that end with the answer.
/// </summary>
internal sealed class SingleReader : IRecordReader
{
    private static readonly string[] Answers = ["response", "completion", "answer", "output"],
        Dialogues = ["messages", "conversations", "conversation"];

    public bool Recognises(RecordFields record) =>
        (PromptFields.Has(record) && First(record, Answers) is not null)
        || record.Peek("text") is { ValueKind: JsonValueKind.String }
        || First(record, Dialogues) is { } name && JsonMessages.IsList(record.Peek(name));

    public void Read(RecordFields record, RecordContext context)
    {
        if (!context.AllowUnscored)
            throw new RecordException(
                "one answer and none to compare it with: it can be scored (concord score), not learned from."
            );
        context.IsUnscored = true;
        var source = record.OptionalText("source"); // a score's line keeps it, however rare
        if (record.Peek("text") is { ValueKind: JsonValueKind.String } text && !PromptFields.Has(record))
        {
            record.Find("text");
            context.AddTexts("", [JsonText.Of(text)], [0], source);
            return;
        }
        var prompt = PromptFields.Read(record);
        if (First(record, Answers) is { } answer)
            context.AddMessages(prompt.All, [Answer(record.Field(answer), answer)], [0], source, tools: prompt.Tools);
        else if (prompt.All is [.., { Role: Roles.Assistant }])
            context.AddDialogues([prompt.All], [0], source, tools: prompt.Tools);
        else
            throw new RecordException("no answer: the dialogue does not end with the assistant's turn.");
    }

    private static string? First(RecordFields record, string[] names) =>
        names.FirstOrDefault(name => record.Peek(name) is not null);

    private static Response Answer(JsonElement answer, string name) =>
        answer.ValueKind switch
        {
            JsonValueKind.String => Response.FromAssistant(JsonText.Of(answer)),
            JsonValueKind.Object => Response.FromMessages([JsonMessages.One(answer, name)]),
            _ => JsonMessages.List(answer, name) is { Count: > 0 } turns
                ? Response.FromMessages(turns)
                : throw new RecordException($"\"{name}\" has no message."),
        };
}
