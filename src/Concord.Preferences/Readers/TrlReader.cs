using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>TRL's shapes: <c>{prompt?, chosen, rejected, margin?}</c>, each a text or a list of messages. A prompt text
/// is one user message (or a dialogue, where it is written as one) and its answers are assistant messages;
/// without a prompt, texts are whole and stay as they are, and messages are split where they part.</summary>
internal sealed class TrlReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) =>
        record.Find("chosen") is { } chosen
        && record.Find("rejected") is { } rejected
        && IsSide(chosen)
        && IsSide(rejected)
        && !record.Has("conversations");

    public void Read(JsonElement record, RecordContext context)
    {
        var scores = ChosenScores.Of(record);
        var (source, annotator, margin) = (
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin")
        );
        var prompt = record.Find("prompt");
        if (prompt is null && Sides(record, JsonValueKind.String))
        {
            context.AddTexts("", [record.Text("chosen"), record.Text("rejected")], scores, source, annotator, margin);
            return;
        }
        var chosen = Side(record, "chosen");
        var rejected = Side(record, "rejected");
        if (prompt is null)
        {
            context.AddDialogues([chosen, rejected], scores, source, annotator, margin, CarriedTools.Of(record));
            return;
        }
        var turns = Prompt(prompt.Value);
        if (BeginsWith(chosen, turns) && BeginsWith(rejected, turns))
        {
            // Whole dialogues with the prompt repeated beside them, as binarised sets have it.
            context.AddDialogues([chosen, rejected], scores, source, annotator, margin, CarriedTools.Of(record));
            return;
        }
        context.AddMessages(
            turns,
            [Response.FromMessages(chosen), Response.FromMessages(rejected)],
            scores,
            source,
            annotator,
            margin,
            tools: CarriedTools.Of(record)
        );
    }

    private static IReadOnlyList<Message> Prompt(JsonElement prompt)
    {
        if (prompt.ValueKind != JsonValueKind.String)
            return JsonMessages.List(prompt, "prompt");
        var text = JsonText.Of(prompt);
        if (DialogueText.TryParse(text) is not { } dialogue)
            return [new Message(Roles.User, text)];
        // A dialogue that ends in "Assistant:" only invites the answer.
        return dialogue[^1].Role == Roles.Assistant && string.IsNullOrWhiteSpace(dialogue[^1].Content)
            ? [.. dialogue.SkipLast(1)]
            : dialogue;
    }

    private static IReadOnlyList<Message> Side(JsonElement record, string name) =>
        record.Field(name) switch
        {
            { ValueKind: JsonValueKind.String } text => DialogueText.TryParse(JsonText.Of(text)) is { } dialogue
            && dialogue[0].Role == Roles.User
                ? dialogue
                : [new Message(Roles.Assistant, JsonText.Of(text))],
            { ValueKind: JsonValueKind.Object } message => [JsonMessages.One(message, name)],
            var list => JsonMessages.List(list, name) is { Count: > 0 } messages
                ? messages
                : throw new RecordException($"\"{name}\" has no message."),
        };

    private static bool Sides(JsonElement record, JsonValueKind kind) =>
        record.Field("chosen").ValueKind == kind && record.Field("rejected").ValueKind == kind;

    private static bool IsSide(JsonElement side) =>
        side.ValueKind == JsonValueKind.String || JsonMessages.IsMessage(side) || JsonMessages.IsList(side);

    private static bool BeginsWith(IReadOnlyList<Message> dialogue, IReadOnlyList<Message> prompt)
    {
        if (prompt.Count == 0 || dialogue.Count <= prompt.Count)
            return false;
        for (var turn = 0; turn < prompt.Count; turn++)
            if (
                dialogue[turn].Role != prompt[turn].Role
                || dialogue[turn].Content.Trim() != prompt[turn].Content.Trim()
                || dialogue[turn].Beyond != prompt[turn].Beyond
            )
                return false;
        return true;
    }
}
