using Concord.Preferences;

namespace Concord.Tokenization.Rendering;

/// <summary>Comparisons of whole texts that are dialogues, read as messages.</summary>
internal static class WholeDialogue
{
    /// <summary>
    /// The comparison as messages: the turns that its texts share, and each text's own; null where it is none of whole
    /// texts that all are dialogues.
    /// </summary>
    public static Comparison? Parse(Comparison comparison)
    {
        if (comparison.Form != ComparisonForm.Text)
            return null;
        var dialogues = new List<IReadOnlyList<Message>>();
        foreach (var response in comparison.Responses)
        {
            if (DialogueText.TryParse(comparison.PromptText + response.Text) is not { } dialogue)
                return null;
            dialogues.Add(dialogue);
        }
        // without an assistant turn there is no answer to tell from its prompt
        var (prompt, rests) = DialogueText.Split(dialogues) ?? ([], dialogues);
        return comparison with
        {
            Form = ComparisonForm.Messages,
            PromptText = "",
            Prompt = prompt,
            Responses = [.. rests.Select(Response.FromMessages)],
        };
    }
}
