using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>TRL's plain texts taken literally: prompt + chosen and prompt + rejected are what the model reads, with
/// nothing added (<c>"The sky is"</c> + <c>" blue."</c>).
/// Recognised where answers begin with white space, as only a continuation does; else to be named.</summary>
internal sealed class TrlTextReader : IPreferenceReader
{
    public bool Recognises(JsonElement record) =>
        IsText(record.Find("prompt"), out var prompt)
        && IsText(record.Find("chosen"), out var chosen)
        && IsText(record.Find("rejected"), out var rejected)
        && DialogueText.TryParse(prompt) is null
        && Continues(chosen)
        && Continues(rejected);

    public void Read(JsonElement record, RecordContext context) =>
        context.AddTexts(
            record.OptionalText("prompt") ?? "",
            [record.Text("chosen"), record.Text("rejected")],
            ChosenScores.Of(record),
            CarriedSource.Of(record),
            CarriedSource.Annotator(record),
            record.OptionalNumber("margin")
        );

    private static bool IsText(JsonElement? value, out string text)
    {
        text = value is { ValueKind: JsonValueKind.String } found ? JsonText.Of(found) : "";
        return value is { ValueKind: JsonValueKind.String };
    }

    private static bool Continues(string answer) => answer.Length > 0 && char.IsWhiteSpace(answer[0]);
}
