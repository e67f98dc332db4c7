namespace Concord.Preferences;

/// <summary>
/// One judgement of one source: a prompt, n ≥ 1 responses, and a score for each. Every strictly ordered pair of scores
/// is a preference; equal scores are a tie.
/// </summary>
/// <remarks>
/// A sample (x, y_w, y_l) of the paper is a comparison of two responses. The source stays attached from the reader to
/// the report.
/// </remarks>
public sealed record Comparison
{
    /// <summary>Whose preference this is: data set, domain, market, annotator group.</summary>
    public required string Source { get; init; }

    /// <summary>How the texts are held.</summary>
    public ComparisonForm Form { get; init; } = ComparisonForm.Messages;

    /// <summary>The dialogue before the responses (form <see cref="ComparisonForm.Messages"/>), else empty.</summary>
    public IReadOnlyList<Message> Prompt { get; init; } = [];

    /// <summary>
    /// The tools that the prompt offers: a JSON list, or a text that describes them; null where there are none. A chat
    /// template that knows tools gets the list; to others they are told as a system message.
    /// </summary>
    public string? Tools { get; init; }

    /// <summary>
    /// The text before the responses (form <see cref="ComparisonForm.Text"/>); empty where the responses are whole
    /// texts.
    /// </summary>
    public string PromptText { get; init; } = "";

    /// <summary>The ids before the responses (form <see cref="ComparisonForm.TokenIds"/>), else empty.</summary>
    public IReadOnlyList<int> PromptTokenIds { get; init; } = [];

    /// <summary>The n candidate answers.</summary>
    public required IReadOnlyList<Response> Responses { get; init; }

    /// <summary>A score per response, higher is better; only their order counts. A rank r is held as -r.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>
    /// By how much each strict pair should at least differ, where the format carries a margin, else null.
    /// </summary>
    public double? Margin { get; init; }

    /// <summary>Who judged, where known.</summary>
    public string? Annotator { get; init; }

    /// <summary>
    /// The prompt's identity: equal for all comparisons of one prompt, in whatever source or format they came. Splits
    /// and intervals go by it.
    /// </summary>
    public required string PromptId { get; init; }

    /// <summary>File and line.</summary>
    /// <value>Default <see cref="RecordOrigin.Memory"/>.</value>
    public RecordOrigin Origin { get; init; } = RecordOrigin.Memory;

    /// <summary>A preference between two answers to one user message, made in memory.</summary>
    /// <param name="source">Whose preference it is.</param>
    /// <param name="prompt">The user's message.</param>
    /// <param name="chosen">The preferred answer.</param>
    /// <param name="rejected">The other.</param>
    public static Comparison Create(string source, string prompt, string chosen, string rejected) =>
        Create(source, prompt, [chosen, rejected], [1, 0]);

    /// <summary>A judgement of any number of answers to one user message, made in memory.</summary>
    /// <param name="source">Whose judgement it is.</param>
    /// <param name="prompt">The user's message.</param>
    /// <param name="responses">The answers, at least one.</param>
    /// <param name="scores">A finite score for each, higher is better; only their order counts.</param>
    /// <exception cref="ConcordException">There is no answer, not one score for each, or a score is not
    /// finite.</exception>
    public static Comparison Create(
        string source,
        string prompt,
        IReadOnlyList<string> responses,
        IReadOnlyList<double> scores
    )
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(responses);
        return Create(source, [new Message(Roles.User, prompt)], [.. responses.Select(Response.FromAssistant)], scores);
    }

    /// <summary>A judgement of any number of answers to a dialogue, made in memory.</summary>
    /// <param name="source">Whose judgement it is.</param>
    /// <param name="prompt">The dialogue before the answers.</param>
    /// <param name="responses">The answers, at least one.</param>
    /// <param name="scores">A finite score for each, higher is better; only their order counts.</param>
    /// <exception cref="ConcordException">There is no answer, not one score for each, or a score is not
    /// finite.</exception>
    public static Comparison Create(
        string source,
        IReadOnlyList<Message> prompt,
        IReadOnlyList<Response> responses,
        IReadOnlyList<double> scores
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(responses);
        ArgumentNullException.ThrowIfNull(scores);
        if (responses.Count == 0 || responses.Count != scores.Count)
            throw new ConcordException(
                $"A comparison of {source} has {responses.Count} responses and {scores.Count} scores; one of each per "
                    + $"answer was expected, and an answer at least."
            );
        if (scores.FirstOrDefault(score => !double.IsFinite(score), 0) is var bad && !double.IsFinite(bad))
            throw new ConcordException(
                FormattableString.Invariant(
                    $"A comparison of {source} has the score {bad}; a finite number was expected."
                )
            );
        return new Comparison
        {
            Source = source,
            Prompt = prompt,
            Responses = responses,
            Scores = scores,
            PromptId = PromptIdentity.OfComparison(prompt, responses),
        };
    }

    /// <summary>Number of strictly ordered pairs.</summary>
    public int StrictPairs
    {
        get
        {
            var pairs = 0;
            for (var i = 0; i < Scores.Count; i++)
            for (var j = 0; j < i; j++)
                if (Scores[i] != Scores[j])
                    pairs++;
            return pairs;
        }
    }
}
