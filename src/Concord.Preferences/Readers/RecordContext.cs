using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>Where a reader puts what it finds in a record, and what it needs to know of the file.</summary>
public sealed class RecordContext
{
    private readonly string file;
    private readonly ReadOptions options;
    private readonly RecordSources sources;
    private RecordFields? record;
    private List<Comparison> comparisons = [];
    private Dictionary<string, int> dropped = [];

    internal RecordContext(string file, ReadOptions options, RecordSources sources)
    {
        (this.file, this.options, this.sources) = (file, options, sources);
    }

    /// <summary>The number of the record being read, from 1; 0 where only the whole file tells.</summary>
    public int Line { get; private set; }

    /// <summary>Whether responses may come without scores.</summary>
    public bool AllowUnscored => options.AllowUnscored;

    /// <summary>Whether the record being read says nothing of its responses; set by who reads it.</summary>
    internal bool IsUnscored { get; set; }

    /// <summary>Counts what is left out on purpose.</summary>
    /// <param name="reason">Why, the same words for the same reason.</param>
    /// <param name="count">How many; 0 counts nothing.</param>
    public void Drop(string reason, int count = 1)
    {
        if (count > 0)
            dropped[reason] = dropped.GetValueOrDefault(reason) + count;
    }

    /// <summary>Two answers to one user message.</summary>
    /// <param name="prompt">The user's message.</param>
    /// <param name="first">An answer.</param>
    /// <param name="second">Another.</param>
    /// <param name="scores">Their scores, higher is better; equal is a tie.</param>
    /// <param name="carried">The source that the record names; taken unless the caller of the reading names
    /// one.</param>
    /// <param name="annotator">Who judged.</param>
    public void AddPair(
        string prompt,
        string first,
        string second,
        (double First, double Second) scores,
        string? carried = null,
        string? annotator = null
    )
    {
        Response[] responses = [Response.FromAssistant(first), Response.FromAssistant(second)];
        AddMessages([new Message(Roles.User, prompt)], responses, [scores.First, scores.Second], carried, annotator);
    }

    /// <summary>A comparison of messages.</summary>
    /// <param name="prompt">The dialogue before the answers.</param>
    /// <param name="responses">The answers.</param>
    /// <param name="scores">A score for each, higher is better.</param>
    /// <param name="carried">The source that the record names.</param>
    /// <param name="annotator">Who judged.</param>
    /// <param name="margin">By how much strict pairs should at least differ.</param>
    /// <param name="line">The record's number, where it is not the one being read.</param>
    /// <param name="tools">The tools that the record offers (<see cref="Comparison.Tools"/>).</param>
    public void AddMessages(
        IReadOnlyList<Message> prompt,
        IReadOnlyList<Response> responses,
        IReadOnlyList<double> scores,
        string? carried = null,
        string? annotator = null,
        double? margin = null,
        int? line = null,
        string? tools = null
    ) =>
        Add(
            new Comparison
            {
                Source = sources.Of(record, carried),
                Prompt = prompt,
                Responses = responses,
                Scores = scores,
                Margin = margin,
                Annotator = annotator,
                Tools = tools,
                PromptId = PromptIdentity.OfComparison(prompt, responses, tools),
                Origin = new RecordOrigin(file, line ?? Line),
            }
        );

    /// <summary>
    /// A comparison of whole dialogues: split where they part, at the latest before the last assistant turn.
    /// </summary>
    public void AddDialogues(
        IReadOnlyList<IReadOnlyList<Message>> dialogues,
        IReadOnlyList<double> scores,
        string? carried = null,
        string? annotator = null,
        double? margin = null,
        string? tools = null
    )
    {
        if (DialogueText.Split(dialogues) is not { } split)
            throw new RecordException("a dialogue without an assistant turn; there is no answer to compare.");
        AddMessages(
            split.Prompt,
            [.. split.Rests.Select(Response.FromMessages)],
            scores,
            carried,
            annotator,
            margin,
            tools: tools
        );
    }

    /// <summary>A comparison of texts that stay as they are.</summary>
    public void AddTexts(
        string prompt,
        IReadOnlyList<string> texts,
        IReadOnlyList<double> scores,
        string? carried = null,
        string? annotator = null,
        double? margin = null
    ) =>
        Add(
            new Comparison
            {
                Source = sources.Of(record, carried),
                Form = ComparisonForm.Text,
                PromptText = prompt,
                Responses = [.. texts.Select(Response.FromText)],
                Scores = scores,
                Margin = margin,
                Annotator = annotator,
                PromptId = prompt.Length > 0 ? PromptIdentity.OfPromptText(prompt) : PromptIdentity.OfWholeTexts(texts),
                Origin = new RecordOrigin(file, Line),
            }
        );

    /// <summary>A comparison of token ids that stay as they are.</summary>
    public void AddTokenIds(
        IReadOnlyList<int> prompt,
        IReadOnlyList<IReadOnlyList<int>> responses,
        IReadOnlyList<double> scores,
        string? carried = null,
        string? annotator = null,
        double? margin = null
    ) =>
        Add(
            new Comparison
            {
                Source = sources.Of(record, carried),
                Form = ComparisonForm.TokenIds,
                PromptTokenIds = prompt,
                Responses = [.. responses.Select(Response.FromTokenIds)],
                Scores = scores,
                Margin = margin,
                Annotator = annotator,
                PromptId = PromptIdentity.OfTokenIds(prompt, responses),
                Origin = new RecordOrigin(file, Line),
            }
        );

    /// <summary>Makes ready for a record, or for the end of the file.</summary>
    internal void Begin(int line)
    {
        Line = line;
        record = null;
    }

    /// <summary>Gives the fields of the record that is read: source, annotator and margin are taken of them.</summary>
    internal void Take(RecordFields fields) => record = fields;

    /// <summary>Hands over what the record gave.</summary>
    internal ReadRecord Give(string? problem = null)
    {
        // A record is taken whole or not at all: what a malformed one gave before its fault was found does not count.
        var taken = problem is null
            ? new ReadRecord(Line, comparisons, null, dropped) { IsUnscored = IsUnscored }
            : new ReadRecord(Line, [], new ReadProblem(file, Line, problem), new Dictionary<string, int>());
        comparisons = [];
        dropped = [];
        IsUnscored = false;
        return taken;
    }

    private void Add(Comparison comparison)
    {
        if (comparison.Responses.Count > Limits.Current.Responses && !AllowUnscored)
            throw new RecordException(
                $"{comparison.Responses.Count} responses; at most {Limits.Current.Responses} are compared with one "
                    + $"another (CONCORD_LIMIT_RESPONSES)."
            );
        foreach (var score in comparison.Scores)
            if (!double.IsFinite(score))
                throw new RecordException("a score that is not finite; a number was expected.");
        comparisons.Add(
            record is null
                ? comparison
                : comparison with
                {
                    Margin = comparison.Margin ?? record.OptionalNumber("margin"),
                    Annotator =
                        comparison.Annotator ?? record.OptionalText("annotator") ?? record.OptionalText("worker"),
                }
        );
    }
}
