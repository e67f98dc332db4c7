using System.Text;

namespace Concord.Preferences;

/// <summary>
/// Dialogues written as one text, in the two forms that the public data use: Anthropic's <c>\n\nHuman: ..
/// \n\nAssistant: ..</c> and the headings <c>## Human:\n..\n\n## Assistant:\n..</c>.
/// </summary>
public static class DialogueText
{
    private static readonly Style[] Styles =
    [
        new("Human:", "Assistant:", ' '),
        new("## Human:", "## Assistant:", '\n'),
    ];

    /// <summary>
    /// Reads a dialogue. Contents stay as they are, but for the one character that follows a marker; nothing is
    /// trimmed.
    /// </summary>
    /// <returns>The turns, or null where the text does not begin with a marker.</returns>
    public static IReadOnlyList<Message>? TryParse(string text)
    {
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
            start++;
        foreach (var style in Styles)
            if (style.RoleAt(text, start) is not null)
                return Parse(text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal) : text, style);
        return null;
    }

    /// <summary>
    /// How the user's turns of a dialogue are marked: <c>Human:</c> or <c>## Human:</c>; null where the text is none.
    /// </summary>
    public static string? Marker(string text)
    {
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
            start++;
        return Array.Find(Styles, style => style.RoleAt(text, start) is not null)?.User;
    }

    /// <summary>
    /// Writes a dialogue in Anthropic's form, each turn led by <c>\n\nHuman: </c> or <c>\n\nAssistant: </c>; the
    /// inverse of <see cref="TryParse"/>. A system message becomes the text before the first turn.
    /// </summary>
    public static string Format(IEnumerable<Message> turns)
    {
        var text = new StringBuilder();
        foreach (var (role, content) in turns)
        {
            if (role is Roles.System or Roles.Developer && text.Length == 0)
                text.Append(content);
            else
                text.Append("\n\n").Append(role == Roles.Assistant ? "Assistant: " : "Human: ").Append(content);
        }
        return text.ToString();
    }

    /// <summary>
    /// Splits whole dialogues into the turns they share and what follows, never later than the last assistant turn of
    /// any of them.
    /// </summary>
    /// <returns>
    /// Prompt and one rest per dialogue (nearly always one assistant turn), or null where a dialogue has no assistant
    /// turn.
    /// </returns>
    /// <remarks>
    /// Where two dialogues part before the last turn, the prompt ends there: no response ever contains what another one
    /// answers.
    /// </remarks>
    public static (IReadOnlyList<Message> Prompt, IReadOnlyList<IReadOnlyList<Message>> Rests)? Split(
        IReadOnlyList<IReadOnlyList<Message>> dialogues
    )
    {
        var shared = int.MaxValue;
        foreach (var dialogue in dialogues)
        {
            var last = LastAssistant(dialogue);
            if (last < 0)
                return null;
            shared = Math.Min(shared, last);
        }
        foreach (var dialogue in dialogues)
            for (var turn = 0; turn < shared; turn++)
                if (!Same(dialogue[turn], dialogues[0][turn]))
                    shared = turn;
        return (
            [.. dialogues[0].Take(shared)],
            [.. dialogues.Select(dialogue => (IReadOnlyList<Message>)[.. dialogue.Skip(shared)])]
        );
    }

    // White space around a turn is no difference in what was said.
    private static bool Same(Message a, Message b) =>
        a.Role == b.Role && a.Beyond == b.Beyond && a.Content.AsSpan().Trim().SequenceEqual(b.Content.AsSpan().Trim());

    private static int LastAssistant(IReadOnlyList<Message> dialogue)
    {
        for (var turn = dialogue.Count - 1; turn >= 0; turn--)
            if (dialogue[turn].Role == Roles.Assistant)
                return turn;
        return -1;
    }

    private static List<Message> Parse(string text, Style style)
    {
        var turns = new List<Message>();
        var at = 0;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        while (at < text.Length)
        {
            var (role, marker) = style.RoleAt(text, at)!.Value;
            var content = at + marker.Length;
            if (content < text.Length && text[content] == style.Separator)
                content++;
            var next = style.NextMarker(text, at + marker.Length);
            turns.Add(new Message(role, content < next ? text[content..next] : ""));
            at = next < text.Length ? next + 2 : next;
        }
        return turns;
    }

    private sealed record Style(string User, string Assistant, char Separator)
    {
        public (string Role, string Marker)? RoleAt(string text, int at)
        {
            if (string.CompareOrdinal(text, at, User, 0, User.Length) == 0)
                return (Roles.User, User);
            if (string.CompareOrdinal(text, at, Assistant, 0, Assistant.Length) == 0)
                return (Roles.Assistant, Assistant);
            return null;
        }

        // Where the blank line before the next marker begins, or the text's end.
        public int NextMarker(string text, int from)
        {
            for (
                var at = text.IndexOf("\n\n", from, StringComparison.Ordinal);
                at >= 0;
                at = text.IndexOf("\n\n", at + 1, StringComparison.Ordinal)
            )
                if (RoleAt(text, at + 2) is not null)
                    return at;
            return text.Length;
        }
    }
}
