namespace Concord.Preferences.Readers;

/// <summary>
/// Answers that may be meant to continue their prompt as one text. Both forms of TRL have the same fields: what is not
/// named is read as messages, and where most answers begin with white space that is said.
/// </summary>
public static class Continuations
{
    /// <summary>A sentence for a file read as messages whose answers look like continuations; else null.</summary>
    public static string? Note(ReadResult file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Format.Name != "trl")
            return null;
        var messages = file.Comparisons.Where(one => one.Form == ComparisonForm.Messages).ToArray();
        var spaced = messages.Count(one =>
            one.Responses.All(response => response.Text is [var first, ..] && char.IsWhiteSpace(first))
        );
        return 2 * spaced <= messages.Length
            ? null
            : FormattableString.Invariant(
                $"{file.File}: the answers of {spaced} of {messages.Length} records begin with white space. They are read as messages; where they continue the prompt as one text, name the format trl-text."
            );
    }
}
