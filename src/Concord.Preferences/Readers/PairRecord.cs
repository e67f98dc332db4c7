using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// A record of a preferred and a rejected side under any of their published names: answers after a prompt, whole
/// dialogues, whole texts, or a list of answers on each side.
/// </summary>
internal static class PairRecord
{
    private static readonly (string Chosen, string Rejected)[] Names =
    [
        ("chosen", "rejected"),
        ("chosen_messages", "rejected_messages"),
        ("chosen_response", "rejected_response"),
        ("response_chosen", "response_rejected"),
        ("chosen_responses", "rejected_responses"),
        ("chosen_answer", "rejected_answer"),
        ("chosen_output", "rejected_output"),
        ("chosen_completion", "rejected_completion"),
        ("chosen_text", "rejected_text"),
        ("preferred", "dispreferred"),
        ("preferred", "rejected"),
        ("preferred_output", "non_preferred_output"),
        ("preferred_response", "non_preferred_response"),
        ("preferred_response", "dispreferred_response"),
        ("preferred_response", "rejected_response"),
        ("accepted", "rejected"),
        ("win", "lose"),
        ("win", "loss"),
        ("winner", "loser"),
        ("winning_response", "losing_response"),
        ("better", "worse"),
        ("better_response", "worse_response"),
        ("best", "worst"),
        ("positive", "negative"),
        ("good", "bad"),
        ("y_w", "y_l"),
        ("chosen", "reject"),
    ];

    /// <summary>The names that a record has, or null.</summary>
    public static (string Chosen, string Rejected)? NamesOf(RecordFields record)
    {
        foreach (var names in Names)
            if (record.Peek(names.Chosen) is { } chosen && record.Peek(names.Rejected) is { } rejected)
                if (IsSide(chosen) && IsSide(rejected))
                    return names;
        return null;
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="RecordException">It is malformed, or parts of it contradict each other.</exception>
    public static void Read(RecordFields record, RecordContext context)
    {
        var names = NamesOf(record) ?? Names[0];
        var scores = ChosenScores.Of(record);
        var prompt = PromptFields.Read(record);
        JsonElement chosen = record.Field(names.Chosen),
            rejected = record.Field(names.Rejected);
        if (AnswerLists.Are(chosen) || AnswerLists.Are(rejected))
            AnswerLists.Add(record, names, prompt, context);
        else if (!prompt.IsGiven && chosen.ValueKind == JsonValueKind.String && rejected.ValueKind == chosen.ValueKind)
            WholeTexts(record, names, prompt, scores, context);
        else
            Messages(record, prompt, [Side(record, names.Chosen), Side(record, names.Rejected)], scores, context);
    }

    /// <summary>Two sides as messages: whole dialogues, or answers to the prompt.</summary>
    public static void Messages(
        RecordFields record,
        RecordPrompt prompt,
        IReadOnlyList<IReadOnlyList<Message>> sides,
        IReadOnlyList<double> scores,
        RecordContext context
    )
    {
        if (!prompt.IsGiven && !sides.Any(side => side.Any(turn => turn.Role == Roles.User)))
            RefuseGuess(record);
        if (!prompt.IsGiven || sides.All(side => side[0].Role != Roles.Assistant) && IsRepeated(record, prompt, sides))
        {
            // a system's message that the dialogues have already is not said twice
            context.AddDialogues(
                [
                    .. sides.Select(side =>
                        (IReadOnlyList<Message>)[.. prompt.Before.Where(turn => !side.Contains(turn)), .. side]
                    ),
                ],
                scores,
                tools: prompt.Tools
            );
            return;
        }
        var turns = prompt.All;
        // messages that end with the preferred answer, as some sets repeat it
        if (turns is [.., { Role: Roles.Assistant } last] && sides[0] is [var answer] && Same(last, answer))
            turns = [.. turns.SkipLast(1)];
        context.AddMessages(turns, [.. sides.Select(Response.FromMessages)], scores, tools: prompt.Tools);
    }

    /// <summary>One side as messages: a text is the assistant's, or a dialogue where it is written as one.</summary>
    public static IReadOnlyList<Message> Side(RecordFields record, string name) => Side(record.Field(name), name);

    /// <summary>One answer as messages.</summary>
    public static IReadOnlyList<Message> Side(JsonElement side, string name) =>
        side switch
        {
            { ValueKind: JsonValueKind.String } text => DialogueText.TryParse(JsonText.Of(text)) is { } dialogue
            && dialogue[0].Role == Roles.User
                ? dialogue
                : [new Message(Roles.Assistant, JsonText.Of(text))],
            { ValueKind: JsonValueKind.Object } message => [JsonMessages.One(message, name)],
            _ => JsonMessages.List(side, name) is { Count: > 0 } messages
                ? messages
                : throw new RecordException($"\"{name}\" has no message."),
        };

    private static bool IsSide(JsonElement side) =>
        side.ValueKind == JsonValueKind.String
        || JsonMessages.IsMessage(side)
        || JsonMessages.IsList(side)
        || AnswerLists.Are(side);

    // Whole dialogues beside a prompt: they say it again, or the two contradict each other and nobody can tell which of
    // them the model is to read. A prompt that ends before a user's turn goes on in the dialogues.
    private static bool IsRepeated(
        RecordFields record,
        RecordPrompt prompt,
        IReadOnlyList<IReadOnlyList<Message>> sides
    )
    {
        if (sides.All(side => Begins(side, prompt.Turns)))
            return true;
        if (prompt.Turns is not [.., { Role: Roles.User } asked])
            return false;
        if (sides.All(side => side.Any(turn => Same(turn, asked))))
            return true;
        throw new RecordException(
            $"whole dialogues that do not hold what {record.Called("prompt")} says; one of them was expected. Leave "
                + "the prompt aside with columns prompt=."
        );
    }

    private static bool Begins(IReadOnlyList<Message> dialogue, IReadOnlyList<Message> prompt) =>
        prompt.Count > 0
        && dialogue.Count > prompt.Count
        && prompt.Zip(dialogue).All(pair => Same(pair.First, pair.Second));

    private static bool Same(Message a, Message b) =>
        a.Role == b.Role && a.Beyond == b.Beyond && a.Content.AsSpan().Trim().SequenceEqual(b.Content.AsSpan().Trim());

    private static void WholeTexts(
        RecordFields record,
        (string Chosen, string Rejected) names,
        RecordPrompt prompt,
        IReadOnlyList<double> scores,
        RecordContext context
    )
    {
        string[] texts = [record.Text(names.Chosen), record.Text(names.Rejected)];
        if (prompt.Before.Count > 0 || prompt.Tools is not null)
        {
            if (texts.Any(text => DialogueText.TryParse(text) is null))
                throw new RecordException(
                    "a system's message, tools or earlier turns beside whole texts; a prompt was expected too, in a "
                        + "column of its own."
                );
            Messages(record, prompt, [.. texts.Select(text => DialogueText.TryParse(text)!)], scores, context);
            return;
        }
        if (!PromptIdentity.ShareABeginning(texts))
            RefuseGuess(record);
        context.AddTexts("", texts, scores);
    }

    // Answers alone are no comparison to learn from: a text beside them that nobody knows may be what they answer.
    private static void RefuseGuess(RecordFields record)
    {
        if (!record.IsRuledOut("prompt") && PromptGuess.Of(record) is { } guess)
            throw new RecordException(
                $"the answers come without a prompt, but \"{guess}\" holds text as well. Where that is the prompt, say "
                    + $"so with --columns prompt={guess} (in a recipe: columns: {{prompt: {guess}}}); where there is "
                    + "none, with --columns prompt=."
            );
    }
}
