namespace Concord.Preferences.Readers;

/// <summary>Stack Exchange paired: <c>{question, response_j, response_k}</c>; j is the better one.</summary>
internal sealed class StackExchangeReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("question", "response_j", "response_k");

    public void Read(RecordFields record, RecordContext context) =>
        context.AddPair(record.Text("question"), record.Text("response_j"), record.Text("response_k"), (1, 0));
}
