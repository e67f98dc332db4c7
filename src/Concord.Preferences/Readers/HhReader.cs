using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Anthropic HH: <c>{chosen, rejected}</c>, each a whole dialogue in one text, split at the last assistant turn. Copies
/// without the leading line breaks and with an <c>objective</c> or <c>label</c> beside are the same.
/// </summary>
internal sealed class HhReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) =>
        IsDialogue(record.Find("chosen")) && IsDialogue(record.Find("rejected"));

    public void Read(JsonElement record, RecordContext context) =>
        context.AddDialogues(
            [Dialogue(record, "chosen"), Dialogue(record, "rejected")],
            ChosenScores.Of(record),
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin")
        );

    private static IReadOnlyList<Message> Dialogue(JsonElement record, string name) =>
        DialogueText.TryParse(record.Text(name))
        ?? throw new RecordException(
            $"\"{name}\" does not begin with \"Human:\" or \"Assistant:\"; a whole dialogue was expected."
        );

    private static bool IsDialogue(JsonElement? text) =>
        text is { ValueKind: JsonValueKind.String } && DialogueText.TryParse(JsonText.Of(text.Value)) is not null;
}
