namespace Concord.Preferences.Readers;

/// <summary>ShareGPT style: <c>conversations[{from, value}]</c> that end with the user, <c>chosen</c> and
/// <c>rejected</c> as <c>{from, value}</c> or texts; and <c>{chosen_messages, rejected_messages}</c>, whole dialogues.
/// </summary>
internal sealed class ShareGptReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("conversations", "chosen", "rejected") || record.Has("chosen_messages", "rejected_messages");

    public void Read(RecordFields record, RecordContext context) => PairRecord.Read(record, context);
}
