using Concord.Tokenization.Rendering;

namespace Concord.Runs.Data;

/// <summary>
/// Says where the texts of one run are marked in different ways: the markup gives the source away, and the model learns
/// that instead of the preference.
/// </summary>
public static class MarkupWarning
{
    /// <summary>A sentence or two; null where all sources are marked alike.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="forms">In which forms the comparisons of each came.</param>
    /// <param name="choice">How messages are rendered.</param>
    /// <param name="parsed">Whether dialogues are rendered like messages.</param>
    public static string? Of(
        IReadOnlyList<string> sources,
        IReadOnlyList<SourceForms> forms,
        RenderingChoice choice,
        bool parsed
    )
    {
        ArgumentNullException.ThrowIfNull(forms);
        ArgumentNullException.ThrowIfNull(choice);
        var marked = sources
            .Zip(forms, (name, form) => (Name: name, Markups: form.Markups(choice.Rendering, parsed)))
            .Where(one => one.Markups.Count > 0)
            .ToArray();
        var groups = marked.GroupBy(one => string.Join(" and ", one.Markups)).ToArray();
        var keeps = !parsed && forms.Any(form => form.Dialogues + form.HeadedDialogues > 0);
        var advice = keeps ? " text.dialogues=parse (--dialogues parse) renders dialogues like messages." : "";
        if (groups.Length > 1)
            return "warning: the sources are marked in different ways, which gives them away: "
                + string.Join("; ", groups.Select(group => $"{Names(group.Select(one => one.Name))}: {group.Key}"))
                + "."
                + advice;
        if (choice.Rendering != DialogueRendering.Chat || !keeps || forms.Any(form => form.Messages > 0))
            return null;
        return "warning: the model reads messages by its chat template, and no comparison is rendered by it: all are "
            + "dialogues taken as they are. text.dialogues=parse renders them like messages; text.rendering=hh reads "
            + "messages like them.";
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);
}
