namespace Concord.Preferences.Readers;

/// <summary>LLMBar: <c>{input, output_1, output_2, label}</c>; label 1 or 2 names the better output.</summary>
internal sealed class LlmBarReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("input", "output_1", "output_2", "label");

    public void Read(RecordFields record, RecordContext context) =>
        context.AddPair(
            record.Text("input"),
            record.Text("output_1"),
            record.Text("output_2"),
            record.Choice("label", 1, 2) == 1 ? (1, 0) : (0, 1)
        );
}
