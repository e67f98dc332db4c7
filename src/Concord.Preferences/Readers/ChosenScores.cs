using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// The scores of a chosen and a rejected response. The label decides which is better; scores that come beside it only
/// tell ties: equal ones are no preference.
/// </summary>
internal static class ChosenScores
{
    private static readonly (string Chosen, string Rejected)[] Names =
    [
        ("score_chosen", "score_rejected"),
        ("chosen_score", "rejected_score"),
        ("rating_chosen", "rating_rejected"),
        ("chosen_rating", "rejected_rating"),
        ("chosen_avg_rating", "rejected_avg_rating"),
    ];

    public static IReadOnlyList<double> Of(RecordFields record)
    {
        foreach (var (chosen, rejected) in Names)
            if (record.Has(chosen, rejected))
                return Of(record.Number(chosen), record.Number(rejected));
        if (
            record.Peek("metadata") is { ValueKind: JsonValueKind.Object } metadata
            && metadata.Has(Names[0].Chosen, Names[0].Rejected)
        )
        {
            var inner = record.Object("metadata");
            return Of(inner.Number(Names[0].Chosen), inner.Number(Names[0].Rejected));
        }
        return [1, 0];
    }

    private static IReadOnlyList<double> Of(double chosen, double rejected) =>
        chosen >= rejected ? [chosen, rejected] : [1, 0];
}
