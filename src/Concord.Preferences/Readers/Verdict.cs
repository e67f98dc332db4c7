using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>Who of two answers won, in the words of arenas, benchmarks and annotation tools.</summary>
internal static class Verdict
{
    private static readonly string[] Columns =
    [
        "winner",
        "preference",
        "preferred",
        "choice",
        "better",
        "best",
        "label",
        "vote",
        "verdict",
        "judgement",
        "judgment",
        "overall",
        "human_preference",
        "preferred_response",
        "better_response",
    ];

    // HelpSteer: below 0 the first is better, above 0 the second.
    private static readonly string[] Strengths = ["preference_strength", "overall_preference"];

    private static readonly string[] Ties =
    [
        "tie",
        "ties",
        "tie (bothbad)",
        "bothbad",
        "both_bad",
        "both bad",
        "both",
        "equal",
        "draw",
        "same",
        "neither",
        "a=b",
        "[[c]]",
    ];

    /// <summary>Whether a record says who won.</summary>
    public static bool IsGiven(RecordFields record, AnswerPair pair) =>
        Columns.Any(name => record.Has(name))
        || Strengths.Any(name => record.Has(name))
        || record.Has("winner_model_a", "winner_model_b")
        || ScoresOf(record, pair) is not null;

    /// <summary>The scores of both answers.</summary>
    /// <exception cref="RecordException">The verdict names neither, or there is none.</exception>
    public static IReadOnlyList<double> Of(RecordFields record, AnswerPair pair)
    {
        foreach (var name in Strengths)
            if (record.Has(name))
                return [-record.Number(name), 0];
        if (record.Has("winner_model_a", "winner_model_b"))
            return OneHot(record);
        foreach (var name in Columns)
            if (record.Find(name) is { } verdict)
                return Of(verdict, name, record, pair);
        return ScoresOf(record, pair) is var (first, second)
            ? [record.Number(first), record.Number(second)]
            : throw new RecordException("\"winner\" is missing.");
    }

    private static IReadOnlyList<double> Of(JsonElement verdict, string name, RecordFields record, AnswerPair pair)
    {
        // "MODEL_A", "Response A", "A>B", "[[B]]", "left", 1
        var said = (JsonFields.AsText(verdict) ?? "").Trim();
        var word = said.ToLowerInvariant();
        if (Ties.Contains(word))
            return [0, 0];
        foreach (var prefix in (string[])[pair.Stem, "model", "response", "answer", "assistant", "output", "option"])
            if (word.StartsWith(prefix, StringComparison.Ordinal) && word.Length > prefix.Length)
            {
                word = word[prefix.Length..].Trim('_', ' ', '-', ':');
                break;
            }
        var (first, second) = (Is(pair.FirstMark), Is(pair.SecondMark));
        if (pair.FirstMark is "a" or "1")
            (first, second) = (first || word is "left" or "first", second || word is "right" or "second");
        if (!first && !second)
            (first, second) = (said == Model(record, pair.FirstMark), said == Model(record, pair.SecondMark));
        return (first, second) switch
        {
            (true, false) => [1, 0],
            (false, true) => [0, 1],
            _ => throw new RecordException(
                $"\"{name}\" is {JsonFields.Shown(verdict)}; {pair.FirstMark}, {pair.SecondMark} or tie was expected."
            ),
        };

        bool Is(string mark) =>
            word == mark || word == $"[[{mark}]]" || word.StartsWith($"{mark}>", StringComparison.Ordinal);
    }

    // a winner may be named by the model that gave the answer
    private static string? Model(RecordFields record, string mark) =>
        record.Peek($"model_{mark}") is { } model && JsonFields.AsText(model) is { Length: > 0 } name ? name : null;

    // Arena's competition form: a column per outcome, 1 in one of them.
    private static IReadOnlyList<double> OneHot(RecordFields record)
    {
        double first = Truth(record, "winner_model_a"),
            second = Truth(record, "winner_model_b"),
            tie = record.Has("winner_tie") ? Truth(record, "winner_tie") : 0;
        return first + second + tie == 1
            ? [first, second]
            : throw new RecordException(
                "\"winner_model_a\", \"winner_model_b\" and \"winner_tie\" do not name one outcome; 1 in one of them was "
                    + "expected."
            );
    }

    private static double Truth(RecordFields record, string name) =>
        record.Field(name).ValueKind switch
        {
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            _ => record.Choice(name, 0, 1),
        };

    private static (string First, string Second)? ScoresOf(RecordFields record, AnswerPair pair)
    {
        foreach (var stem in (string[])["score", "rating", "reward"])
        foreach (var (first, second) in Forms(stem, pair))
            if (record.Has(first, second))
                return (first, second);
        return null;
    }

    private static (string, string)[] Forms(string stem, AnswerPair pair) =>
        [
            ($"{stem}_{pair.FirstMark}", $"{stem}_{pair.SecondMark}"),
            ($"{stem}{pair.FirstMark}", $"{stem}{pair.SecondMark}"),
            ($"{pair.First}_{stem}", $"{pair.Second}_{stem}"),
            ($"{stem}_{pair.First}", $"{stem}_{pair.Second}"),
        ];
}
