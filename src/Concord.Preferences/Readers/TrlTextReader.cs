using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>TRL's plain texts taken literally: prompt + chosen and prompt + rejected are what the model reads, with
/// nothing added (<c>"The sky is"</c> + <c>" blue."</c>). Only to be named: no record shows that it is meant so, since
/// answers of chat models begin with white space too.</summary>
internal sealed class TrlTextReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) => false;

    public void Read(JsonElement record, RecordContext context) =>
        context.AddTexts(
            record.OptionalText("prompt") ?? "",
            [record.Text("chosen"), record.Text("rejected")],
            ChosenScores.Of(record),
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin")
        );
}
