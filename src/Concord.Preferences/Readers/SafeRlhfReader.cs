namespace Concord.Preferences.Readers;

/// <summary>
/// PKU-SafeRLHF: <c>{prompt, response_0, response_1, better_response_id, safer_response_id}</c>: two sources in one
/// record, helpfulness and harmlessness, which do conflict.
/// </summary>
internal sealed class SafeRlhfReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("prompt", "response_0", "response_1")
        && (record.Has("better_response_id") || record.Has("safer_response_id"));

    public void Read(RecordFields record, RecordContext context)
    {
        Add("better_response_id", "helpfulness");
        Add("safer_response_id", "harmlessness");

        void Add(string field, string source)
        {
            if (!record.Has(field))
                return;
            var best = record.Choice(field, 0, 1);
            context.AddPair(
                record.Text("prompt"),
                record.Text("response_0"),
                record.Text("response_1"),
                best == 0 ? (1, 0) : (0, 1),
                carried: source
            );
        }
    }
}
