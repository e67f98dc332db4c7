using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// The columns in which published data sets keep what comes before the answers: the prompt under its many names,
/// system, tools, earlier turns. What a text model cannot be given (pictures, sound) is refused by name.
/// </summary>
internal static class PromptFields
{
    // The first that holds something is the prompt; what another of them holds is told as not used.
    private static readonly string[] Names =
    [
        "prompt",
        "question",
        "query",
        "instruction",
        "input",
        "messages",
        "conversations",
        "conversation",
        "prompt_messages",
        "conversation_history",
        "dialogue",
        "dialog",
        "context",
        "history",
        "post",
        "user_prompt",
        "user_input",
        "user_query",
        "user",
        "problem",
        "prompt_text",
        "question_text",
    ];

    private static readonly string[] Systems = ["system", "system_prompt", "system_message"];

    /// <summary>Names under which pictures and sound lie.</summary>
    public static IReadOnlyList<string> Media { get; } = ["images", "image", "videos", "video", "audios", "audio"];

    /// <summary>Whether a record has a prompt; nothing is noted.</summary>
    public static bool Has(RecordFields record) => NameOf(record) is not null;

    /// <summary>Reads all of them.</summary>
    /// <exception cref="RecordException">One of them holds what is not read.</exception>
    public static RecordPrompt Read(RecordFields record)
    {
        RefuseMedia(record);
        var before = new List<Message>();
        var name = NameOf(record);
        if (record.IsNamed("prompt") && name is null)
            record.Field("prompt"); // the user says that every record has it
        var field = name is null ? (JsonElement?)null : record.Field(name);
        var tools = CarriedTools.Of(record.Find("tools") ?? field?.Find("tools"));
        foreach (var system in Systems)
            if (Text(record, system) is { } said)
                before.Add(new Message(Roles.System, said));
        if (name is null)
            return new RecordPrompt([.. before, .. History(record)], [], tools, false);
        if (name != "history")
            before.AddRange(History(record));
        var turns = Turns(field!.Value, record.Called(name));
        // LLaMA-Factory's and Alpaca's form: the instruction, and what it is about
        if (name == "instruction" && turns is [{ Role: Roles.User } only] && Text(record, "input") is { } input)
            turns = [new Message(Roles.User, $"{only.Content}\n{input}")];
        if (turns is [{ Role: Roles.System }, ..] && before.Exists(turn => turn.Role == Roles.System))
            before.RemoveAll(turn => turn == turns[0]);
        return new RecordPrompt(before, turns, tools, true);
    }

    /// <summary>The turns that a value says: a text is a user's message, or a dialogue where it is written as
    /// one.</summary>
    public static IReadOnlyList<Message> Turns(JsonElement value, string called)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return OfText(JsonText.Of(value));
            case JsonValueKind.Object when value.Find("messages") is { } messages:
                return JsonMessages.List(messages, "messages");
            case JsonValueKind.Object when JsonMessages.IsMessage(value):
                return [JsonMessages.One(value, called.Trim('"'))];
            case JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return Alternating(value, called);
            default:
                return JsonMessages.List(value, called.Trim('"'));
        }
    }

    private static IReadOnlyList<Message> OfText(string text)
    {
        if (DialogueText.TryParse(text) is not { } dialogue)
            return [new Message(Roles.User, text)];
        // A dialogue that ends in "Assistant:" only invites the answer.
        return dialogue[^1].Role == Roles.Assistant && string.IsNullOrWhiteSpace(dialogue[^1].Content)
            ? [.. dialogue.SkipLast(1)]
            : dialogue;
    }

    // Turns without roles: the user begins, and what is to be answered is the user's.
    private static IReadOnlyList<Message> Alternating(JsonElement list, string called)
    {
        var texts = list.EnumerateArray().Select(JsonText.Of).ToArray();
        return texts.Length % 2 == 1
            ? [.. texts.Select((text, at) => new Message(at % 2 == 0 ? Roles.User : Roles.Assistant, text))]
            : throw new RecordException(
                $"{called} is a list of {texts.Length} texts; an odd number of turns was expected, the user's first "
                    + "and last."
            );
    }

    // Texts under `input` belong to the instruction; lists that are empty hold nothing.
    private static string? NameOf(RecordFields record)
    {
        if (record.IsRuledOut("prompt"))
            return null;
        if (record.IsNamed("prompt"))
            return Holds(record, "prompt") ? "prompt" : null;
        if (record.IsNamed("messages") && Holds(record, "messages"))
            return "messages";
        foreach (var name in Names)
            if (Holds(record, name))
                return name;
        return record.Peek("prompt") is { ValueKind: JsonValueKind.String } ? "prompt" : null;
    }

    private static bool Holds(RecordFields record, string name) =>
        record.Peek(name) switch
        {
            { ValueKind: JsonValueKind.String } text => !text.ValueEquals(""),
            { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0
                && (name is not ("context" or "history" or "input" or "post") || IsTurns(list)),
            { ValueKind: JsonValueKind.Object } value => value.Find("messages") is not null
                || JsonMessages.IsMessage(value),
            _ => false,
        };

    // messages, texts in turn, or pairs of them; other lists are no dialogue
    private static bool IsTurns(JsonElement list) =>
        JsonMessages.IsList(list)
        || list.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Array);

    private static string? Text(RecordFields record, string name)
    {
        if (record.Find(name) is not { } value)
            return null;
        var text = JsonFields.AsText(value);
        if (text is null && JsonMessages.IsMessage(value))
            text = JsonMessages.One(value, name).Content;
        if (text is null)
            throw new RecordException(
                $"{record.Called(name)} is {JsonFields.Kind(value)}; a text was expected. Leave it aside with "
                    + $"columns {name}=."
            );
        return text.Length > 0 ? text : null;
    }

    // Earlier turns: messages, or LLaMA-Factory's pairs of what was said and answered. A text is no list of turns: it
    // is told as not used.
    private static IReadOnlyList<Message> History(RecordFields record)
    {
        if (record.Peek("history") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
            return [];
        record.Find("history");
        if (JsonMessages.IsList(list))
            return JsonMessages.List(list, "history");
        var turns = new List<Message>();
        foreach (var pair in list.EnumerateArray())
        {
            if (
                pair.ValueKind != JsonValueKind.Array
                || pair.GetArrayLength() != 2
                || pair.EnumerateArray().Any(said => said.ValueKind != JsonValueKind.String)
            )
                throw new RecordException(
                    $"{record.Called("history")} holds {JsonFields.Shown(pair)}; messages, or pairs of a user's text "
                        + "and its answer were expected."
                );
            turns.Add(new Message(Roles.User, JsonText.Of(pair[0])));
            turns.Add(new Message(Roles.Assistant, JsonText.Of(pair[1])));
        }
        return turns;
    }

    private static void RefuseMedia(RecordFields record)
    {
        if (record.IsRuledOut("images"))
            return;
        foreach (var name in Media)
            if (record.Peek(name) is { } media && HoldsMedia(media))
                throw new RecordException(
                    $"\"{name}\" holds what is no text, and only text is read. Where the texts alone are meant, leave "
                        + "it aside with columns images=."
                );
    }

    /// <summary>Whether a value of such a name holds something.</summary>
    public static bool HoldsMedia(JsonElement media) =>
        media.ValueKind switch
        {
            JsonValueKind.String => !media.ValueEquals(""),
            JsonValueKind.Array => media.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Null),
            JsonValueKind.Object => true,
            _ => false,
        };
}
