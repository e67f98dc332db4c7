using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Pre-tokenised pairs: <c>{prompt_ids?, chosen_ids, rejected_ids, margin?}</c> and the older names of the same. Ids
/// are taken as they are; with <c>prompt_ids</c> a row is the prompt's ids and then the answer's.
/// </summary>
internal sealed class TokenIdsReader : IRecordReader
{
    private static readonly string[] Prompt = ["prompt_ids", "prompt_input_ids"];
    private static readonly string[] Chosen = ["chosen_ids", "chosen_input_ids", "input_ids_chosen"];
    private static readonly string[] Rejected = ["rejected_ids", "rejected_input_ids", "input_ids_rejected"];

    public bool Recognises(RecordFields record) =>
        First(record, Chosen) is { ValueKind: JsonValueKind.Array }
        && First(record, Rejected) is { ValueKind: JsonValueKind.Array };

    public void Read(RecordFields record, RecordContext context)
    {
        var prompt = record.FindFirst(Prompt) is { } ids ? JsonFields.TokenIds(ids, Prompt[0]) : [];
        var chosen = Ids(record, Chosen, prompt);
        var rejected = Ids(record, Rejected, prompt);
        context.AddTokenIds(prompt, [chosen, rejected], ChosenScores.Of(record));
    }

    private static JsonElement? First(RecordFields record, string[] names) =>
        names.Select(record.Peek).FirstOrDefault(value => value is not null);

    private static IReadOnlyList<int> Ids(RecordFields record, string[] names, IReadOnlyList<int> prompt)
    {
        var ids = JsonFields.TokenIds(record.FindFirst(names) ?? record.Field(names[0]), names[0]);
        return ids.Count + prompt.Count > 0
            ? ids
            : throw new RecordException($"\"{names[0]}\" is empty; a row needs at least one id.");
    }
}
