using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>A format that Concord reads, under the name that recipes and the command line use.</summary>
public sealed class PreferenceFormat
{
    private PreferenceFormat(string name, string fields, Func<IRecordReader> reader, bool tellsSources = false)
    {
        TellsSources = tellsSources;
        Name = name;
        Fields = fields;
        NewReader = reader;
    }

    /// <summary>All formats. Where a record could be two of them, the earlier is taken.</summary>
    public static IReadOnlyList<PreferenceFormat> All { get; } =
    [
        new("text-score", "{text: [..], score: [..]}, whole texts (the authors' form)", () => new TextScoreReader()),
        new(
            "hh",
            "{chosen, rejected}, whole dialogues in one text (Anthropic HH, also relabelled by objective)",
            () => new HhReader()
        ),
        new("oasst", "{prompt: {text, role, replies: [..]}}, OpenAssistant trees", () => new OasstReader()),
        new(
            "oasst-messages",
            "{message_id, parent_id, text, role, rank}, OpenAssistant messages",
            () => new OasstMessagesReader()
        ),
        new(
            "webgpt",
            "[{question, answer, score} x 2] or {question, answer_0, score_0, answer_1, score_1}",
            () => new WebGptReader()
        ),
        new(
            "summarize",
            "{info, summaries: [..], choice, worker}, Summarize from feedback",
            () => new SummarizeReader()
        ),
        new(
            "domain-specific",
            "{query, responses: {domain: text}}, each domain a source",
            () => new DomainSpecificReader(),
            tellsSources: true
        ),
        new("pandalm", "{instruction, input, response1, response2, annotator1..3}", () => new PandaLmReader()),
        new("token-ids", "{prompt_ids?, chosen_ids, rejected_ids, margin?}, pre-tokenised", () => new TokenIdsReader()),
        new("sharegpt", "{conversations: [{from, value}], chosen, rejected}", () => new ShareGptReader()),
        new(
            "rmb",
            "{conversation_input, bon_best, loser_list} or {.., chosen, reject}",
            () => new RmbReader(),
            tellsSources: true
        ),
        new("trl-text", "{prompt, chosen, rejected}, texts joined as they are", () => new TrlTextReader()),
        new(
            "trl",
            "{prompt?, chosen, rejected, margin?}, texts, lists of messages or of answers, also under other tools' names",
            () => new TrlReader()
        ),
        new("stack-exchange", "{question, response_j, response_k}", () => new StackExchangeReader()),
        new(
            "safe-rlhf",
            "{prompt, response_0, response_1, better_response_id, safer_response_id}",
            () => new SafeRlhfReader(),
            tellsSources: true
        ),
        new("shp", "{history, human_ref_A, human_ref_B, labels, domain}", () => new ShpReader(), tellsSources: true),
        new(
            "ultrafeedback",
            "{instruction, completions: [{response, overall_score}]}",
            () => new UltraFeedbackReader()
        ),
        new(
            "ranked-completions",
            "{context, completions: [{rank, completion}]}",
            () => new RankedCompletionsReader(),
            tellsSources: true
        ),
        new(
            "responses",
            "{prompt | messages, responses: [..], scores: [..] | ranks: [..]}, any number of responses",
            () => new ResponsesReader(),
            tellsSources: true
        ),
        new("alpaca-eval", "{instruction, output_1, output_2, preference}", () => new AlpacaEvalReader()),
        new("llmbar", "{input, output_1, output_2, label}", () => new LlmBarReader()),
        new("auto-j", "{prompt, \"response 1\", \"response 2\", label}", () => new AutoJReader()),
        new(
            "judgebench",
            "{question, response_A, response_B, label}",
            () => new JudgeBenchReader(),
            tellsSources: true
        ),
        new("lfqa", "{question_text, answer1, answer2, BetterAnswer}", () => new LfqaReader()),
        new("qa-feedback", "{question, \"prediction 1\".., preference: [6 votes]}", () => new QaFeedbackReader()),
        new("evalbiasbench", "{bias: [{instruction, response1, response2, label}]}", () => new EvalBiasBenchReader()),
        new("verdict", "{prompt, response_a, response_b, winner}, also whole conversations", () => new VerdictReader()),
    ];

    /// <summary>Single answers, which are scored but not learned from: recognised only where
    /// <see cref="ReadOptions.AllowUnscored"/> says so.</summary>
    public static PreferenceFormat Single { get; } =
        new(
            "single",
            "{prompt, response}, {text} or {messages}: one answer, to be scored",
            () => new SingleReader(),
            tellsSources: true
        );

    /// <summary>The stable name, e.g. <c>hh</c>.</summary>
    public string Name { get; }

    /// <summary>The fields of a record, in a line.</summary>
    public string Fields { get; }

    internal Func<IRecordReader> NewReader { get; }

    /// <summary>Whether the format itself says which source a comparison is of, so that no column is asked.</summary>
    internal bool TellsSources { get; }

    /// <summary>A format of one's own, to be named in <see cref="ReadOptions.Format"/>.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="reader">Makes the reader of one file.</param>
    public static PreferenceFormat Of(string name, Func<IPreferenceReader> reader)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(reader);
        return new PreferenceFormat(name, "", () => new OwnFormatReader(reader()), tellsSources: true);
    }

    /// <summary>A format of one's own that needs nothing but the record, to be named in
    /// <see cref="ReadOptions.Format"/>.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="read">Puts a record's comparisons into the context; throws <see cref="RecordException"/> where it
    /// is malformed.</param>
    public static PreferenceFormat Of(string name, Action<JsonElement, RecordContext> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Of(name, () => new RecordReader(read));
    }

    private sealed class RecordReader(Action<JsonElement, RecordContext> read) : IPreferenceReader
    {
        public bool Recognises(JsonElement record) => false; // it is named, never guessed

        public void Read(JsonElement record, RecordContext context)
        {
            try
            {
                read(record, context);
            }
            catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new RecordException(error.Message); // a property that is missing, or of another kind
            }
        }
    }

    /// <summary>The format of a name.</summary>
    /// <exception cref="ConcordException">No format has it; the message names the nearest and lists all.</exception>
    public static PreferenceFormat Parse(string name)
    {
        foreach (var format in All.Append(Single))
            if (string.Equals(format.Name, name, StringComparison.OrdinalIgnoreCase))
                return format;
        var nearest = NearestName.Nearest(name, All.Select(format => format.Name));
        throw new ConcordException(
            $"\"{name}\" is no format of preferences; did you mean {nearest}? Formats known: {Names}."
        );
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static string Names => string.Join(", ", All.Select(format => format.Name));
}
