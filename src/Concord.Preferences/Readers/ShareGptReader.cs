using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// ShareGPT style: <c>conversations[{from, value}]</c> that end with the user, <c>chosen</c> and <c>rejected</c> as
/// <c>{from, value}</c> or texts; and <c>{chosen_messages, rejected_messages}</c>, whole dialogues.
/// </summary>
internal sealed class ShareGptReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) =>
        record.Has("conversations", "chosen", "rejected") || record.Has("chosen_messages", "rejected_messages");

    public void Read(JsonElement record, RecordContext context)
    {
        var scores = ChosenScores.Of(record);
        if (record.Has("chosen_messages"))
        {
            context.AddDialogues(
                [Dialogue(record, "chosen_messages"), Dialogue(record, "rejected_messages")],
                scores,
                CarriedSource.Of(record),
                CarriedSource.Annotator(record),
                record.OptionalNumber("margin"),
                CarriedTools.Of(record)
            );
            return;
        }
        var turns = JsonMessages.List(record.Field("conversations"), "conversations");
        if (record.OptionalText("system") is { Length: > 0 } system)
            turns = [new Message(Roles.System, system), .. turns];
        context.AddMessages(
            turns,
            [Answer(record, "chosen"), Answer(record, "rejected")],
            scores,
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin"),
            tools: CarriedTools.Of(record)
        );
    }

    private static IReadOnlyList<Message> Dialogue(JsonElement record, string name) =>
        JsonMessages.List(record.Field(name), name);

    private static Response Answer(JsonElement record, string name) =>
        record.Field(name) is { ValueKind: JsonValueKind.Object } message
            ? Response.FromMessages([JsonMessages.One(message, name)])
            : Response.FromAssistant(record.Text(name));
}
