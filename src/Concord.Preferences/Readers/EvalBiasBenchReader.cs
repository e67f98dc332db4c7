using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// EvalBiasBench: one object <c>{bias: [{instruction, response1, response2, label}]}</c>, or its records one by one;
/// label 1 or 2 names the better response.
/// </summary>
internal sealed class EvalBiasBenchReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) =>
        IsPair(record)
        || record.ValueKind == JsonValueKind.Object
            && record.EnumerateObject().Any()
            && record.EnumerateObject().All(IsBias);

    public void Read(JsonElement record, RecordContext context)
    {
        if (IsPair(record))
            Add(record, context);
        else if (record.ValueKind != JsonValueKind.Object)
            throw new RecordException($"{JsonFields.Kind(record)}; an object was expected.");
        else
            foreach (var bias in record.EnumerateObject())
            foreach (var pair in record.Array(bias.Name))
                Add(pair, context);
    }

    private static bool IsBias(JsonProperty bias) =>
        bias.Value.ValueKind == JsonValueKind.Array && bias.Value.EnumerateArray().All(IsPair);

    private static bool IsPair(JsonElement record) =>
        record.Has("bias", "instruction", "response1", "response2", "label");

    private static void Add(JsonElement record, RecordContext context) =>
        context.AddPair(
            record.Text("instruction"),
            record.Text("response1"),
            record.Text("response2"),
            record.Choice("label", 1, 2) == 1 ? (1, 0) : (0, 1)
        );
}
