using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>TRL's shapes and those of other tools: <c>{prompt?, chosen, rejected, margin?}</c> under any of their
/// published names, each a text, a list of messages or a list of answers. A prompt text is one user message (or a
/// dialogue, where it is written as one) and its answers are assistant messages; without a prompt, texts are whole and
/// stay as they are, and messages are split where they part.</summary>
internal sealed class TrlReader : IRecordReader
{
    public bool Recognises(RecordFields record) => PairRecord.NamesOf(record) is not null;

    public void Read(RecordFields record, RecordContext context)
    {
        PairRecord.Read(record, context);
        // binarised sets say the preferred dialogue again
        if (
            record.Peek("messages") is { } messages
            && record.Peek("chosen") is { } chosen
            && JsonElement.DeepEquals(messages, chosen)
        )
            record.Repeats("messages");
    }
}
