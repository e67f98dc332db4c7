namespace Concord.Preferences.Readers;

/// <summary>A reader of somebody else: it sees records as they are and answers for their columns itself.</summary>
internal sealed class OwnFormatReader(IPreferenceReader reader) : IRecordReader
{
    public bool Recognises(RecordFields record) => reader.Recognises(record.Element);

    public void Read(RecordFields record, RecordContext context)
    {
        record.TakeAll();
        reader.Read(record.Element, context);
    }

    public void Finish(RecordContext context) => reader.Finish(context);
}
