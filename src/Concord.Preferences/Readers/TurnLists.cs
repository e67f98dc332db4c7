using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Chatbot Arena's table: prompt and both answers each a list of turns, often as JSON inside a text. Prompts and
/// answers take turns.
/// </summary>
internal static class TurnLists
{
    /// <summary>Both dialogues, or null where the answers are no lists of texts.</summary>
    /// <exception cref="RecordException">The lists do not fit together.</exception>
    public static IReadOnlyList<IReadOnlyList<Message>>? Of(RecordFields record, AnswerPair pair)
    {
        if (
            Turns(record.Peek("prompt")) is not { } prompts
            || Turns(record.Peek(pair.First)) is not { } first
            || Turns(record.Peek(pair.Second)) is not { } second
        )
            return null;
        record.Find("prompt");
        return [Dialogue(prompts, first, pair.First), Dialogue(prompts, second, pair.Second)];
    }

    private static List<Message> Dialogue(string?[] prompts, string?[] answers, string name)
    {
        if (prompts.Length != answers.Length)
            throw new RecordException(
                $"{prompts.Length} turns in \"prompt\" and {answers.Length} in \"{name}\"; as many of each were expected."
            );
        var turns = new List<Message>();
        foreach (var (prompt, answer) in prompts.Zip(answers))
        {
            turns.Add(new Message(Roles.User, prompt ?? throw Null("prompt")));
            turns.Add(new Message(Roles.Assistant, answer ?? throw Null(name)));
        }
        return turns;

        static RecordException Null(string name) => new($"\"{name}\" holds a turn that is null; a text was expected.");
    }

    private static string?[]? Turns(JsonElement? value)
    {
        if (value is { ValueKind: JsonValueKind.Array } list)
            return Texts(list);
        if (value is not { ValueKind: JsonValueKind.String } text || JsonText.Of(text) is not ['[', .., ']'] said)
            return null;
        try
        {
            using var inner = JsonDocument.Parse(said);
            return Texts(inner.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string?[]? Texts(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
        && list.GetArrayLength() > 0
        && list.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            ? [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? null : JsonText.Of(item))]
            : null;
}
