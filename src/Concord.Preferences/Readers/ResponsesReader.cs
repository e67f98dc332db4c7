using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>Concord's own general form: <c>{prompt | messages, responses: [..], scores: [..] | ranks: [..], source?,
/// annotator?, margin?}</c> with any number of responses (texts or message lists), or <c>{prompt_ids?, response_ids:
/// [[..], ..]}</c>; and what others call the same (generations, rating), also with a score or rank inside each answer.
/// Rank 0 or 1 is best: lower is better, where scores are higher is better.</summary>
internal sealed class ResponsesReader : IRecordReader
{
    private static readonly string[] Lists =
    [
        "responses",
        "generations",
        "completions",
        "answers",
        "outputs",
        "candidates",
        "replies",
    ];

    private static readonly string[] ScoreLists = ["scores", "ratings", "rating", "score", "rewards"];
    private static readonly string[] RankLists = ["ranks", "rank", "ranking", "rankings"];
    private static readonly string[] Texts = ["response", "answer", "completion", "output", "generation", "text"];
    private static readonly string[] OneScore = ["score", "rating", "overall_score", "reward"];

    public bool Recognises(RecordFields record) =>
        !record.Has("chosen")
            && ListOf(record) is not null
            && (PromptFields.Has(record) || record.Has("prompt") || record.Has("messages"))
        || record.Peek("response_ids") is { ValueKind: JsonValueKind.Array };

    public void Read(RecordFields record, RecordContext context)
    {
        // the field `source` is a part of this form, whatever its values
        var source = record.OptionalText("source");
        if (record.Has("response_ids"))
        {
            var ids = record.Find("prompt_ids") is { } given ? JsonFields.TokenIds(given, "prompt_ids") : [];
            IReadOnlyList<int>[] rows =
            [
                .. record.Array("response_ids").Select(row => JsonFields.TokenIds(row, "response_ids")),
            ];
            if (ids.Count == 0 && rows.Any(row => row.Count == 0))
                throw new RecordException("a row without ids; at least one was expected.");
            context.AddTokenIds(ids, rows, Scores(record, null, rows.Length, context), source);
            return;
        }
        var name = ListOf(record) ?? Lists[0];
        var prompt = PromptFields.Read(record);
        if (!prompt.IsGiven)
            throw new RecordException("\"prompt\" is missing.");
        var responses = record.Array(name).Select(answer => Answer(answer, name)).ToArray();
        context.AddMessages(
            prompt.All,
            responses,
            Scores(record, name, responses.Length, context),
            source,
            tools: prompt.Tools
        );
    }

    private static string? ListOf(RecordFields record)
    {
        foreach (var name in Lists)
            if (record.Peek(name) is { ValueKind: JsonValueKind.Array } list)
                if (name == Lists[0] || list.EnumerateArray().All(IsAnswer))
                    return name;
        return null;
    }

    private static bool IsAnswer(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.String
        || JsonMessages.IsMessage(answer)
        || JsonMessages.IsList(answer)
        || answer.FindFirst(Texts) is { ValueKind: JsonValueKind.String };

    private static Response Answer(JsonElement answer, string name) =>
        answer.ValueKind switch
        {
            JsonValueKind.String => Response.FromAssistant(JsonText.Of(answer)),
            JsonValueKind.Object when !JsonMessages.IsMessage(answer) && answer.FindFirst(Texts) is { } text => Answer(
                text,
                name
            ),
            JsonValueKind.Object => Response.FromMessages([JsonMessages.One(answer, name)]),
            JsonValueKind.Null => throw new RecordException($"\"{name}\" holds null; an answer was expected."),
            _ => JsonMessages.List(answer, name) is { Count: > 0 } turns
                ? Response.FromMessages(turns)
                : throw new RecordException($"\"{name}\" holds an answer without a message."),
        };

    private static double[] Scores(RecordFields record, string? name, int count, RecordContext context)
    {
        var scores = Column(record, ScoreLists) ?? Column(record, RankLists, -1) ?? Inside(record, name);
        if (scores is null)
        {
            if (!context.AllowUnscored)
                throw new RecordException("no \"scores\" and no \"ranks\"; one per response was expected.");
            scores = new double[count];
            context.IsUnscored = true;
        }
        if (scores.Length != count)
            throw new RecordException($"{count} responses and {scores.Length} scores; as many of each were expected.");
        var fewest = context.AllowUnscored ? 1 : 2;
        return count >= fewest
            ? scores
            : throw new RecordException(
                $"{count} responses; at least {(fewest == 1 ? "one was" : "two were")} expected."
            );
    }

    private static double[]? Column(RecordFields record, string[] names, int sign = 1)
    {
        foreach (var name in names)
            if (record.Peek(name) is { ValueKind: JsonValueKind.Array } || name == names[0] && record.Has(name))
                return [.. record.Numbers(name).Select(number => sign * number)];
        return null;
    }

    // A score or a rank in each answer.
    private static double[]? Inside(RecordFields record, string? name)
    {
        if (name is null)
            return null;
        var answers = record.Array(name);
        if (answers.Any(answer => answer.ValueKind != JsonValueKind.Object))
            return null;
        if (answers.All(answer => answer.FindFirst(OneScore) is not null))
            return [.. answers.Select(answer => JsonFields.ToNumber(answer.FindFirst(OneScore)!.Value, "score"))];
        return answers.All(answer => answer.Has("rank"))
            ? [.. answers.Select(answer => -JsonFields.ToNumber(answer.Find("rank")!.Value, "rank"))]
            : null;
    }
}
