using System.Globalization;
using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// PandaLM test set: <c>{instruction, input, response1, response2, annotator1..annotator3}</c>, votes 0 (tie), 1 or 2:
/// one comparison per annotator.
/// </summary>
internal sealed class PandaLmReader : IRecordReader
{
    public bool Recognises(RecordFields record) => record.Has("instruction", "response1", "response2", "annotator1");

    public void Read(RecordFields record, RecordContext context)
    {
        var input = record.OptionalText("input") ?? "";
        var prompt = record.Text("instruction") + (input.Length > 0 ? "\n\n" + input : "");
        var (first, second) = (Answer(record, "response1"), Answer(record, "response2"));
        _ = record.Field("annotator1");
        for (var annotator = 1; ; annotator++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"annotator{annotator}");
            if (!record.Has(name))
                break;
            var vote = record.Choice(name, 0, 1, 2);
            context.AddPair(
                prompt,
                first,
                second,
                vote switch
                {
                    1 => (1, 0),
                    2 => (0, 1),
                    _ => (0, 0),
                },
                annotator: name
            );
        }
    }

    // The answer "True" to "Verify the correctness of the given statement" became a truth value in the published file
    // (5 records).
    private static string Answer(RecordFields record, string name) =>
        record.Field(name).ValueKind switch
        {
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => record.Text(name),
        };
}
