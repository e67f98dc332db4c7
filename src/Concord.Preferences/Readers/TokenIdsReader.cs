using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Pre-tokenised pairs: <c>{prompt_ids?, chosen_ids, rejected_ids, margin?}</c> and the older names of the same. Ids
/// are taken as they are; with <c>prompt_ids</c> a row is the prompt's ids and then the answer's.
/// </summary>
internal sealed class TokenIdsReader : IPreferenceReader
{
    private static readonly string[] Prompt = ["prompt_ids", "prompt_input_ids"];
    private static readonly string[] Chosen = ["chosen_ids", "chosen_input_ids", "input_ids_chosen"];
    private static readonly string[] Rejected = ["rejected_ids", "rejected_input_ids", "input_ids_rejected"];

    public bool Recognises(JsonElement record) =>
        record.FindFirst(Chosen) is { ValueKind: JsonValueKind.Array }
        && record.FindFirst(Rejected) is { ValueKind: JsonValueKind.Array };

    public void Read(JsonElement record, RecordContext context)
    {
        var prompt = record.FindFirst(Prompt) is { } ids ? JsonFields.TokenIds(ids, Prompt[0]) : [];
        var chosen = Ids(record, Chosen, prompt);
        var rejected = Ids(record, Rejected, prompt);
        var (source, annotator, margin) = (
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin")
        );
        context.AddTokenIds(prompt, [chosen, rejected], ChosenScores.Of(record), source, annotator, margin);
    }

    private static IReadOnlyList<int> Ids(JsonElement record, string[] names, IReadOnlyList<int> prompt)
    {
        var ids = JsonFields.TokenIds(record.FindFirst(names) ?? record.Field(names[0]), names[0]);
        return ids.Count + prompt.Count > 0
            ? ids
            : throw new RecordException($"\"{names[0]}\" is empty; a row needs at least one id.");
    }
}
