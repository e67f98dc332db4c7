namespace Concord.Preferences.Readers;

/// <summary>
/// AlpacaEval annotations: <c>{instruction, output_1, output_2, annotator, preference}</c>; a preference in [1, 2] is 1
/// + the share for output 2, so 1.5 is a tie, and so is 0 (identical outputs).
/// </summary>
internal sealed class AlpacaEvalReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("instruction", "output_1", "output_2") && record.Columns.Contains("preference");

    public void Read(RecordFields record, RecordContext context)
    {
        if (!record.Has("preference"))
        {
            context.Drop("records without a vote");
            return;
        }
        var preference = record.Number("preference");
        if (preference != 0 && preference is not (>= 1 and <= 2))
            throw new RecordException(
                $"\"preference\" is {JsonFields.Shown(record.Field("preference"))}; 0 or a number from 1 to 2 was "
                    + $"expected."
            );
        var scores = preference == 0 ? (0.5, 0.5) : (2 - preference, preference - 1);
        var input = record.OptionalText("input") is { Length: > 0 } text ? "\n\n" + text : "";
        context.AddPair(
            record.Text("instruction") + input,
            record.Text("output_1"),
            record.Text("output_2"),
            scores,
            annotator: record.OptionalText("annotator")
        );
    }
}
