using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// EvalBiasBench: one object <c>{bias: [{instruction, response1, response2, label}]}</c>, or its records one by one;
/// label 1 or 2 names the better response.
/// </summary>
internal sealed class EvalBiasBenchReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        IsPair(record.Element)
        || record.Kind == JsonValueKind.Object
            && record.Columns.Any()
            && record.Element.EnumerateObject().All(bias => IsBias(bias.Value));

    public void Read(RecordFields record, RecordContext context)
    {
        if (IsPair(record.Element))
            Add(record, context);
        else if (record.Kind != JsonValueKind.Object)
            throw new RecordException($"{JsonFields.Kind(record.Element)}; an object was expected.");
        else
            foreach (var bias in record.Columns)
            foreach (var pair in record.Objects(bias))
                Add(pair, context);
    }

    private static bool IsBias(JsonElement bias) =>
        bias.ValueKind == JsonValueKind.Array && bias.EnumerateArray().All(IsPair);

    private static bool IsPair(JsonElement pair) => pair.Has("bias", "instruction", "response1", "response2", "label");

    private static void Add(RecordFields record, RecordContext context)
    {
        record.Repeats("bias"); // the name that the list has
        context.AddPair(
            record.Text("instruction"),
            record.Text("response1"),
            record.Text("response2"),
            record.Choice("label", 1, 2) == 1 ? (1, 0) : (0, 1)
        );
    }
}
