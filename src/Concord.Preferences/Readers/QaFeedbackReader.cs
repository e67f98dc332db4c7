using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// QA-Feedback: <c>{question, passages, "prediction 1".."prediction 4", preference[6]}</c>, votes over the pairs 12,
/// 13, 14, 23, 24, 34 (1, 2, 0 a tie). Ties are not transitive, so no ranking holds the votes: six comparisons of two.
/// </summary>
internal sealed class QaFeedbackReader : IRecordReader
{
    private static readonly (int First, int Second)[] Pairs = [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)];

    public bool Recognises(RecordFields record) => record.Has("question", "prediction 1", "prediction 4", "preference");

    public void Read(RecordFields record, RecordContext context)
    {
        var votes = record.Numbers("preference");
        if (votes.Count != Pairs.Length)
            throw new RecordException($"{votes.Count} votes; six were expected, one per pair of four predictions.");
        var prompt = Prompt(record);
        for (var at = 0; at < Pairs.Length; at++)
        {
            var (first, second) = Pairs[at];
            (double, double) scores = votes[at] switch
            {
                1 => (1, 0),
                2 => (0, 1),
                0 => (0, 0),
                _ => throw new RecordException($"a vote of {votes[at]}; 0, 1 or 2 was expected."),
            };
            context.AddPair(prompt, record.Text($"prediction {first}"), record.Text($"prediction {second}"), scores);
        }
    }

    // The passages are what the answers must be true to: each a list of its title and its sentences.
    private static string Prompt(RecordFields record)
    {
        var question = record.Text("question");
        if (!record.Has("passages"))
            return question;
        var passages = record
            .Array("passages")
            .Select(passage =>
                passage.ValueKind == JsonValueKind.Array
                    ? string.Join('\n', passage.EnumerateArray().Select(Sentence))
                    : Sentence(passage)
            );
        return $"{string.Join("\n\n", passages)}\n\n{question}";
    }

    private static string Sentence(JsonElement sentence) =>
        sentence.ValueKind == JsonValueKind.String
            ? JsonText.Of(sentence)
            : throw new RecordException($"\"passages\" holds {JsonFields.Kind(sentence)}; texts were expected.");
}
