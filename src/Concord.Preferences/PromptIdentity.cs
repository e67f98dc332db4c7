using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Concord.Preferences;

/// <summary>
/// The identity of prompts and responses across formats: the same dialogue gets the same id whether it came as one
/// text, as messages or as a prompt string.
/// </summary>
/// <remarks>Texts are compared after trimming each turn and with <c>\r\n</c> as <c>\n</c>; an empty assistant turn at
/// the end, which only invites an answer, does not count.
/// Ids are the first 128 bits of SHA-256 in hex: stable over machines, versions and file order.</remarks>
public static class PromptIdentity
{
    // Below this many shared ids two rows say nothing about their prompt: a BOS and a template's header are shared by
    // all.
    private const int FewestSharedIds = 4;

    /// <summary>The id of a prompt given as messages.</summary>
    /// <param name="prompt">The messages.</param>
    /// <param name="tools">The tools that it offers, where it does.</param>
    public static string OfMessages(IReadOnlyList<Message> prompt, string? tools = null) =>
        Hash(tools is null ? Canonical(prompt) : $"{Canonical(prompt)}\u0003{tools}");

    /// <summary>
    /// The id of a comparison of messages: its prompt's, or, where the user says nothing in it, one of its own. A
    /// system's message that thousands of dialogues begin with is not what they are about.
    /// </summary>
    /// <param name="prompt">The messages before the answers.</param>
    /// <param name="responses">The answers.</param>
    /// <param name="tools">The tools that the prompt offers, where it does.</param>
    public static string OfComparison(
        IReadOnlyList<Message> prompt,
        IReadOnlyList<Response> responses,
        string? tools = null
    )
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(responses);
        return IsAsked(prompt)
            ? OfMessages(prompt, tools)
            : OfDialogues([.. responses.Select(response => (IReadOnlyList<Message>)[.. prompt, .. response.Messages])]);
    }

    /// <summary>
    /// The id of a prompt given as a text: read as a dialogue where it is one, else taken as one user message.
    /// </summary>
    public static string OfPromptText(string prompt) =>
        OfMessages(DialogueText.TryParse(prompt) ?? [new Message(Roles.User, prompt)]);

    /// <summary>The id of the prompt inside whole texts: the turns that all dialogues share before the last assistant
    /// turn; where a text is no dialogue, the common beginning up to a border that a prompt could end at
    /// (blank line, else line break, else end of a sentence); where there is none, the texts themselves.</summary>
    public static string OfWholeTexts(IReadOnlyList<string> texts) => WholeTexts(texts).PromptId;

    /// <summary>
    /// The id of a prompt given as token ids; without a prompt, of the beginning that all rows share.
    /// </summary>
    public static string OfTokenIds(IReadOnlyList<int> prompt, IReadOnlyList<IReadOnlyList<int>> rows)
    {
        if (prompt.Count > 0)
            return Hash(Bytes(prompt));
        var shared = rows.Count < 2 ? 0 : rows.Min(row => row.Count);
        foreach (var row in rows)
            for (var at = 0; at < shared; at++)
                if (row[at] != rows[0][at])
                    shared = at;
        if (shared >= FewestSharedIds)
            return Hash(Bytes([.. rows[0].Take(shared)]));
        return Hash(
            Encoding.UTF8.GetBytes(
                string.Join('\u0001', rows.Select(row => Hash(Bytes(row))).Order(StringComparer.Ordinal))
            )
        );
    }

    /// <summary>
    /// The identity of each response of a comparison; with <see cref="Comparison.PromptId"/> it tells whether two
    /// judgements are about the same answers, in whatever format they came.
    /// </summary>
    public static IReadOnlyList<string> OfResponses(Comparison comparison) =>
        comparison.Form switch
        {
            ComparisonForm.TokenIds => [.. comparison.Responses.Select(response => Hash(Bytes(response.TokenIds)))],
            ComparisonForm.Messages => [.. comparison.Responses.Select(response => OfAnswer(response.Messages))],
            _ when comparison.PromptText.Length == 0 => WholeTexts([
                .. comparison.Responses.Select(response => response.Text),
            ]).Answers,
            _ => [.. comparison.Responses.Select(response => Hash(Trim(response.Text)))],
        };

    /// <summary>
    /// A number in [0, 1) that looks random but depends on nothing except a seed and an id: what splits and samples are
    /// drawn by.
    /// </summary>
    public static double Uniform(long seed, string id)
    {
        var digest = SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}\n{id}"))
        );
        return (BinaryPrimitives.ReadUInt64LittleEndian(digest) >> 11) * (1.0 / (1UL << 53));
    }

    private static (string PromptId, IReadOnlyList<string> Answers) WholeTexts(IReadOnlyList<string> texts)
    {
        var dialogues = texts.Select(DialogueText.TryParse).OfType<IReadOnlyList<Message>>().ToArray();
        if (dialogues.Length == texts.Count && DialogueText.Split(dialogues) is { } split)
            return (
                IsAsked(split.Prompt) ? OfMessages(split.Prompt) : OfDialogues(dialogues),
                [.. split.Rests.Select(OfAnswer)]
            );
        var border = texts.Count < 2 ? 0 : Border(texts);
        if (border == 0)
            return (
                Hash(string.Join('\u0001', texts.Select(Trim).Order(StringComparer.Ordinal))),
                [.. texts.Select(text => Hash(Trim(text)))]
            );
        return (OfPromptText(texts[0][..border]), [.. texts.Select(text => Hash(Trim(text[border..])))]);
    }

    /// <summary>Whether whole texts have a common beginning that a prompt could be.</summary>
    internal static bool ShareABeginning(IReadOnlyList<string> texts) => Border(texts) > 0;

    private static bool IsAsked(IReadOnlyList<Message> prompt) =>
        prompt.Any(turn => turn.Role == Roles.User && !string.IsNullOrWhiteSpace(turn.Content));

    // Whole dialogues that are only compared with each other.
    private static string OfDialogues(IReadOnlyList<IReadOnlyList<Message>> dialogues) =>
        Hash(string.Join('\u0001', dialogues.Select(Canonical).Order(StringComparer.Ordinal)));

    // The longest common beginning of the texts, cut back to where a prompt could end.
    private static int Border(IReadOnlyList<string> texts)
    {
        var shared = texts[0].Length;
        foreach (var text in texts)
            shared = Math.Min(shared, texts[0].AsSpan(0, shared).CommonPrefixLength(text));
        var common = texts[0].AsSpan(0, shared);
        var line = common.LastIndexOf("\n\n");
        if (line > 0)
            return line + 2;
        line = common.LastIndexOf('\n');
        if (line > 0)
            return line + 1;
        for (var at = shared - 2; at > 0; at--)
            if (common[at] is '.' or '?' or '!' && common[at + 1] == ' ')
                return at + 2;
        return 0;
    }

    private static string OfAnswer(IReadOnlyList<Message> answer) =>
        answer is [{ Role: Roles.Assistant } only] ? Hash(Trim(only.Content) + only.Beyond) : Hash(Canonical(answer));

    private static string Canonical(IReadOnlyList<Message> turns)
    {
        var count = turns.Count;
        if (
            count > 0
            && turns[count - 1].Role == Roles.Assistant
            && string.IsNullOrWhiteSpace(turns[count - 1].Content)
            && turns[count - 1].Beyond.Length == 0
        )
            count--;
        var text = new StringBuilder();
        for (var turn = 0; turn < count; turn++)
            text.Append(turns[turn].Role == Roles.Developer ? Roles.System : turns[turn].Role)
                .Append('\u0002')
                .Append(Trim(turns[turn].Content))
                .Append(turns[turn].Beyond)
                .Append('\u0001');
        return text.ToString();
    }

    private static string Trim(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    private static byte[] Bytes(IReadOnlyList<int> ids)
    {
        var bytes = new byte[ids.Count * sizeof(int)];
        for (var at = 0; at < ids.Count; at++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at * sizeof(int)), ids[at]);
        return bytes;
    }

    // UTF-16 as it stands, so that a lone surrogate is as good a character as any.
    private static string Hash(string text) => Hash(MemoryMarshal.AsBytes(text.AsSpan()));

    private static string Hash(ReadOnlySpan<byte> bytes) =>
        Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16));
}
