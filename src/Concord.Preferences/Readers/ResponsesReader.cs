using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>Concord's own general form: <c>{prompt | messages, responses: [..], scores: [..] | ranks: [..], source?,
/// annotator?, margin?}</c> with any number of responses (texts or message lists), or <c>{prompt_ids?, response_ids:
/// [[..], ..]}</c>. Rank 0 or 1 is best: lower is better, where scores are higher is better.</summary>
internal sealed class ResponsesReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) =>
        record.Find("responses") is { ValueKind: JsonValueKind.Array }
            && (record.Has("prompt") || record.Has("messages"))
            && !record.Has("chosen")
        || record.Find("response_ids") is { ValueKind: JsonValueKind.Array };

    public void Read(JsonElement record, RecordContext context)
    {
        var (source, annotator, margin) = (
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin")
        );
        if (record.Has("response_ids"))
        {
            var prompt = record.Find("prompt_ids") is { } ids ? JsonFields.TokenIds(ids, "prompt_ids") : [];
            IReadOnlyList<int>[] rows =
            [
                .. record.Array("response_ids").Select(row => JsonFields.TokenIds(row, "response_ids")),
            ];
            if (prompt.Count == 0 && rows.Any(row => row.Count == 0))
                throw new RecordException("a row without ids; at least one was expected.");
            context.AddTokenIds(prompt, rows, Scores(record, rows.Length, context), source, annotator, margin);
            return;
        }
        var responses = record.Array("responses").Select(Answer).ToArray();
        context.AddMessages(
            Prompt(record),
            responses,
            Scores(record, responses.Length, context),
            source,
            annotator,
            margin,
            tools: CarriedTools.Of(record)
        );
    }

    private static IReadOnlyList<Message> Prompt(JsonElement record)
    {
        var (field, name) = record.Find("messages") is { } messages
            ? (messages, "messages")
            : (record.Field("prompt"), "prompt");
        return field.ValueKind == JsonValueKind.String
            ? DialogueText.TryParse(JsonText.Of(field)) ?? [new Message(Roles.User, JsonText.Of(field))]
            : JsonMessages.List(field, name);
    }

    private static Response Answer(JsonElement answer) =>
        answer.ValueKind switch
        {
            JsonValueKind.String => Response.FromAssistant(JsonText.Of(answer)),
            JsonValueKind.Object => Response.FromMessages([JsonMessages.One(answer, "responses")]),
            JsonValueKind.Null => throw new RecordException("\"responses\" holds null; an answer was expected."),
            _ => JsonMessages.List(answer, "responses") is { Count: > 0 } turns
                ? Response.FromMessages(turns)
                : throw new RecordException("\"responses\" holds an answer without a message."),
        };

    private static IReadOnlyList<double> Scores(JsonElement record, int count, RecordContext context)
    {
        var scores =
            record.Has("scores") ? record.Numbers("scores")
            : record.Has("ranks") ? [.. record.Numbers("ranks").Select(rank => -rank)]
            : null;
        if (scores is null)
        {
            if (!context.AllowUnscored)
                throw new RecordException("no \"scores\" and no \"ranks\"; one per response was expected.");
            scores = new double[count];
        }
        if (scores.Count != count)
            throw new RecordException($"{count} responses and {scores.Count} scores; as many of each were expected.");
        var fewest = context.AllowUnscored ? 1 : 2;
        return count >= fewest
            ? scores
            : throw new RecordException(
                $"{count} responses; at least {(fewest == 1 ? "one was" : "two were")} expected."
            );
    }
}
