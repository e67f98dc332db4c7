namespace Concord.Preferences.Readers;

/// <summary>TRL's plain texts taken literally: prompt + chosen and prompt + rejected are what the model reads, with
/// nothing added (<c>"The sky is"</c> + <c>" blue."</c>). It is named, never guessed: answers that begin with white
/// space may as well be messages.</summary>
internal sealed class TrlTextReader : IRecordReader
{
    public bool Recognises(RecordFields record) => false;

    public void Read(RecordFields record, RecordContext context) =>
        context.AddTexts(
            record.OptionalText("prompt") ?? "",
            [record.Text("chosen"), record.Text("rejected")],
            ChosenScores.Of(record)
        );
}
