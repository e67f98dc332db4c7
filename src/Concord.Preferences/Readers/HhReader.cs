using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Anthropic HH: <c>{chosen, rejected}</c>, each a whole dialogue in one text, split at the last assistant turn. Copies
/// without the leading line breaks and with an <c>objective</c> or <c>label</c> beside are the same.
/// </summary>
internal sealed class HhReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        IsDialogue(record.Peek("chosen")) && IsDialogue(record.Peek("rejected"));

    public void Read(RecordFields record, RecordContext context)
    {
        IReadOnlyList<Message>[] sides = [Dialogue(record, "chosen"), Dialogue(record, "rejected")];
        PairRecord.Messages(record, PromptFields.Read(record), sides, ChosenScores.Of(record), context);
        // the relabelled form says both answers again, and which of them its label names
        if (record.Has("responses", "label"))
            record.Repeats("responses", "label", "original_label");
    }

    private static IReadOnlyList<Message> Dialogue(RecordFields record, string name) =>
        DialogueText.TryParse(record.Text(name))
        ?? throw new RecordException(
            $"\"{name}\" does not begin with \"Human:\" or \"Assistant:\"; a whole dialogue was expected."
        );

    private static bool IsDialogue(JsonElement? text) =>
        text is { ValueKind: JsonValueKind.String } && DialogueText.TryParse(JsonText.Of(text.Value)) is not null;
}
