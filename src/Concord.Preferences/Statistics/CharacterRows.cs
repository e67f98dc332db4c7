namespace Concord.Preferences.Statistics;

/// <summary>
/// Rows of characters, where no tokenizer is named: each text as the <c>hh</c> rendering has it, one number per UTF-16
/// unit. Token ids stay ids.
/// </summary>
public static class CharacterRows
{
    /// <summary>The rows of a comparison.</summary>
    public static IReadOnlyList<int[]> Of(Comparison comparison) =>
        comparison.Form switch
        {
            ComparisonForm.TokenIds =>
            [
                .. comparison.Responses.Select(response => (int[])[.. comparison.PromptTokenIds, .. response.TokenIds]),
            ],
            ComparisonForm.Text =>
            [
                .. comparison.Responses.Select(response => Characters(comparison.PromptText + response.Text)),
            ],
            _ =>
            [
                .. comparison.Responses.Select(response =>
                    Characters(DialogueText.Format([.. comparison.Prompt, .. response.Messages]))
                ),
            ],
        };

    private static int[] Characters(string text)
    {
        var row = new int[text.Length];
        for (var at = 0; at < row.Length; at++)
            row[at] = text[at];
        return row;
    }
}
