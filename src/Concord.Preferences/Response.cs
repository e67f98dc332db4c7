namespace Concord.Preferences;

/// <summary>One candidate answer of a <see cref="Comparison"/>.</summary>
public sealed record Response
{
    /// <summary>
    /// The turns of the answer (form <see cref="ComparisonForm.Messages"/>): nearly always one assistant message.
    /// </summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>
    /// The text of the answer (forms <see cref="ComparisonForm.Text"/> and <see cref="ComparisonForm.Messages"/>): for
    /// messages the last turn's content.
    /// </summary>
    public string Text { get; init; } = "";

    /// <summary>The ids of the answer (form <see cref="ComparisonForm.TokenIds"/>), else empty.</summary>
    public IReadOnlyList<int> TokenIds { get; init; } = [];

    /// <summary>
    /// Its length, without the prompt: the characters (Unicode code points) of all its turns; of an answer given as
    /// token ids their number.
    /// </summary>
    public int Length =>
        TokenIds.Count > 0 ? TokenIds.Count
        : Messages.Count > 0 ? Messages.Sum(message => Characters(message.Content))
        : Characters(Text);

    /// <summary>An answer of one assistant message.</summary>
    public static Response FromAssistant(string content) =>
        new() { Messages = [new Message(Roles.Assistant, content)], Text = content };

    /// <summary>An answer of several turns.</summary>
    public static Response FromMessages(IReadOnlyList<Message> messages) =>
        new() { Messages = messages, Text = messages.Count == 0 ? "" : messages[^1].Content };

    /// <summary>An answer that is a text as the model reads it.</summary>
    public static Response FromText(string text) => new() { Text = text };

    /// <summary>An answer given as token ids.</summary>
    public static Response FromTokenIds(IReadOnlyList<int> ids) => new() { TokenIds = ids };

    private static int Characters(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
