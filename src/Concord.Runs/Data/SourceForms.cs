using Concord.Preferences;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Data;

/// <summary>In which forms the comparisons of a source came; with the rendering it says what their markup is.</summary>
/// <param name="Messages">Messages, which are rendered.</param>
/// <param name="Dialogues">Whole texts that are dialogues marked <c>Human:</c>.</param>
/// <param name="HeadedDialogues">Whole texts that are dialogues marked <c>## Human:</c>.</param>
/// <param name="Texts">Other texts.</param>
/// <param name="TokenIds">Token ids.</param>
public sealed record SourceForms(int Messages, int Dialogues, int HeadedDialogues, int Texts, int TokenIds)
{
    private const string HhMarkup = "Human: .. Assistant: ..",
        HeadedMarkup = "## Human: .. ## Assistant: ..",
        Template = "the chat template";

    /// <summary>Counts.</summary>
    internal static SourceForms Of(IEnumerable<Comparison> comparisons)
    {
        int messages = 0,
            dialogues = 0,
            headed = 0,
            texts = 0,
            ids = 0;
        foreach (var comparison in comparisons)
            _ = comparison.Form switch
            {
                ComparisonForm.Messages => messages++,
                ComparisonForm.TokenIds => ids++,
                _ => Marker(comparison) switch
                {
                    null => texts++,
                    "Human:" => dialogues++,
                    _ => headed++,
                },
            };
        return new SourceForms(messages, dialogues, headed, texts, ids);
    }

    /// <summary>What a person is told of them: <c>700 messages, 3 dialogues as they are</c>.</summary>
    /// <param name="parsed">Whether dialogues are rendered like messages.</param>
    public string Text(bool parsed)
    {
        (int Count, string Name)[] named =
        [
            (Messages, "messages"),
            (Dialogues + HeadedDialogues, parsed ? "dialogues, parsed" : "dialogues as they are"),
            (Texts, "texts as they are"),
            (TokenIds, "token ids"),
        ];
        string[] there =
        [
            .. named.Where(one => one.Count > 0).Select(one => FormattableString.Invariant($"{one.Count} {one.Name}")),
        ];
        return there.Length == 0 ? "none" : string.Join(", ", there);
    }

    /// <summary>Whether there are others than messages.</summary>
    public bool HasOthers => Dialogues + HeadedDialogues + Texts + TokenIds > 0;

    /// <summary>The ways in which texts of the source are marked; of token ids nothing is known.</summary>
    internal IReadOnlyList<string> Markups(DialogueRendering rendering, bool parsed)
    {
        var rendered = rendering == DialogueRendering.Chat ? Template : HhMarkup;
        var ways = new List<string>();
        if (Messages > 0 || parsed && Dialogues + HeadedDialogues > 0)
            ways.Add(rendered);
        if (!parsed && Dialogues > 0)
            ways.Add(HhMarkup);
        if (!parsed && HeadedDialogues > 0)
            ways.Add(HeadedMarkup);
        if (Texts > 0)
            ways.Add("no markup");
        return [.. ways.Distinct()];
    }

    private static string? Marker(Comparison comparison)
    {
        string? marker = null;
        foreach (var response in comparison.Responses)
            if (DialogueText.Marker(comparison.PromptText + response.Text) is not { } found)
                return null;
            else
                marker = found;
        return marker;
    }
}
