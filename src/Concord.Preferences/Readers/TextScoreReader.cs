using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// The authors' form: <c>{text: [..], score: [..]}</c>, whole texts that stay as they are, higher is better. A score
/// below 0 marks padding (which is why WebGPT's scores are stored shifted by 1).
/// </summary>
internal sealed class TextScoreReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Peek("text") is { ValueKind: JsonValueKind.Array }
        && record.Peek("score") is { ValueKind: JsonValueKind.Array };

    public void Read(RecordFields record, RecordContext context)
    {
        var texts = record.Texts("text");
        var scores = record.Numbers("score");
        if (texts.Count != scores.Count)
            throw new RecordException($"{texts.Count} texts and {scores.Count} scores; as many of each were expected.");
        var kept = Enumerable.Range(0, texts.Count).Where(at => scores[at] >= 0).ToArray();
        if (kept.Length < 2)
            throw new RecordException(
                $"{kept.Length} texts with a score from 0; at least two were expected (a score below 0 marks padding)."
            );
        context.Drop("padding (score below 0)", texts.Count - kept.Length);
        context.AddTexts("", [.. kept.Select(at => texts[at])], [.. kept.Select(at => scores[at])]);
    }
}
