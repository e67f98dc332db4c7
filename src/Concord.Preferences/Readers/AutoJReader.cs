namespace Concord.Preferences.Readers;

/// <summary>
/// Auto-J: <c>{prompt, "response 1", "response 2", label}</c>; label 0 prefers the first, 1 the second, 2 is a tie.
/// </summary>
internal sealed class AutoJReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("prompt", "response 1", "response 2", "label");

    public void Read(RecordFields record, RecordContext context) =>
        context.AddPair(
            record.Text("prompt"),
            record.Text("response 1"),
            record.Text("response 2"),
            record.Choice("label", 0, 1, 2) switch
            {
                0 => (1, 0),
                1 => (0, 1),
                _ => (0, 0),
            }
        );
}
