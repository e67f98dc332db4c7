using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Several answers on a side (RewardBench 2, and lists of one): one comparison of all of them, in which every preferred
/// answer beats every rejected one and neither side is ordered in itself.
/// </summary>
internal static class AnswerLists
{
    /// <summary>Whether a side is a list of answers, each a text or a list of messages.</summary>
    public static bool Are(JsonElement side) =>
        side.ValueKind == JsonValueKind.Array
        && side.GetArrayLength() > 0
        && side.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String || JsonMessages.IsList(item));

    /// <summary>Puts the comparison into the context.</summary>
    public static void Add(
        RecordFields record,
        (string Chosen, string Rejected) names,
        RecordPrompt prompt,
        RecordContext context
    )
    {
        if (!prompt.IsGiven)
            throw new RecordException("lists of answers without a prompt; a column that holds it was expected.");
        var chosen = Answers(record, names.Chosen);
        var rejected = Answers(record, names.Rejected);
        context.AddMessages(
            prompt.All,
            [.. chosen, .. rejected],
            [.. chosen.Select(_ => 1.0), .. rejected.Select(_ => 0.0)],
            tools: prompt.Tools
        );
    }

    private static Response[] Answers(RecordFields record, string name)
    {
        var side = record.Field(name);
        var items = side.ValueKind == JsonValueKind.Array && !JsonMessages.IsList(side) ? record.Array(name) : [side];
        return items.Count > 0
            ? [.. items.Select(item => Response.FromMessages(PairRecord.Side(item, name)))]
            : throw new RecordException($"\"{name}\" holds no answer; at least one was expected.");
    }
}
