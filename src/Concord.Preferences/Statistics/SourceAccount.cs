using System.Globalization;

namespace Concord.Preferences.Statistics;

/// <summary>Takes in the comparisons of one source, one after another.</summary>
internal sealed class SourceAccount(string source, int? maximumLength)
{
    private readonly HashSet<string> prompts = [];
    private readonly HashSet<string> annotators = [];
    private readonly HashSet<string> seen = [];
    private readonly List<int> lengths = [];
    private readonly OverlongCounter? overlong = maximumLength is { } maximum ? new OverlongCounter(maximum) : null;
    private int comparisons;
    private int strictPairs;
    private int ties;
    private int equalPairs;
    private int duplicates;
    private int identicalPairs;
    private int emptyResponses;
    private long sharedLength;

    /// <summary>The prompts seen.</summary>
    public IReadOnlyCollection<string> Prompts => prompts;

    public void Add(Comparison comparison, IReadOnlyList<int[]> rows, IReadOnlyList<string> responses)
    {
        comparisons++;
        prompts.Add(comparison.PromptId);
        if (comparison.Annotator is { } annotator)
            annotators.Add(annotator);
        if (!seen.Add(Content(comparison, responses)))
            duplicates++;

        var strict = comparison.StrictPairs;
        strictPairs += strict;
        equalPairs += responses.Count * (responses.Count - 1) / 2 - strict;
        if (strict == 0)
            ties++;
        for (var i = 0; i < responses.Count; i++)
        for (var j = 0; j < i; j++)
            if (comparison.Scores[i] != comparison.Scores[j] && responses[i] == responses[j])
                identicalPairs++;
        emptyResponses += comparison.Responses.Count(response => IsEmpty(comparison.Form, response));

        var shared = rows.Min(row => row.Length);
        foreach (var row in rows)
        {
            shared = row.AsSpan(0, shared).CommonPrefixLength(rows[0].AsSpan(0, shared));
            lengths.Add(row.Length);
        }
        sharedLength += (long)shared * rows.Count;
        overlong?.Add(comparison, rows, shared);
    }

    public SourceStatistics Close(Dictionary<string, (int Judged, int Within, int ByOthers)> contradictions)
    {
        var all = Lengths.Of(lengths);
        var (judged, within, byOthers) = contradictions.GetValueOrDefault(source);
        return new SourceStatistics
        {
            Source = source,
            Comparisons = comparisons,
            Prompts = prompts.Count,
            Annotators = annotators.Count,
            Responses = lengths.Count,
            StrictPairs = strictPairs,
            Ties = ties,
            EqualPairs = equalPairs,
            Lengths = all,
            SharedPrefixShare = all.Total == 0 ? 0 : (double)sharedLength / all.Total,
            Duplicates = duplicates,
            IdenticalPairs = identicalPairs,
            EmptyResponses = emptyResponses,
            JudgedPairs = judged,
            ContradictedWithin = within,
            ContradictedByOthers = byOthers,
            Overlong = overlong?.Comparisons ?? 0,
            Policies = overlong?.Policies() ?? [],
        };
    }

    // Sorted, so that the same judgement with its responses in another order is a duplicate too.
    private static string Content(Comparison comparison, IReadOnlyList<string> responses)
    {
        var judged = responses.Select(
            (response, at) => response + comparison.Scores[at].ToString("R", CultureInfo.InvariantCulture)
        );
        var sorted = string.Join('\n', judged.Order(StringComparer.Ordinal));
        return $"{comparison.PromptId}\n{comparison.Annotator}\n{sorted}";
    }

    private static bool IsEmpty(ComparisonForm form, Response response) =>
        form switch
        {
            ComparisonForm.TokenIds => response.TokenIds.Count == 0,
            ComparisonForm.Messages => response.Messages.All(message =>
                string.IsNullOrWhiteSpace(message.Content) && message.Beyond.Length == 0
            ),
            _ => DialogueText.TryParse(response.Text) is { } dialogue
                ? string.IsNullOrWhiteSpace(dialogue[^1].Content)
                : string.IsNullOrWhiteSpace(response.Text),
        };
}
