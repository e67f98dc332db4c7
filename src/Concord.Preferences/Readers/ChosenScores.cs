using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// The scores of a chosen and a rejected response. The label decides which is better; scores that come beside it only
/// tell ties: equal ones are no preference.
/// </summary>
internal static class ChosenScores
{
    public static IReadOnlyList<double> Of(JsonElement record)
    {
        var scores = record.Has("score_chosen", "score_rejected") ? record : record.Find("metadata");
        if (scores is not { } found || !found.Has("score_chosen", "score_rejected"))
            return [1, 0];
        var (chosen, rejected) = (found.Number("score_chosen"), found.Number("score_rejected"));
        return chosen >= rejected ? [chosen, rejected] : [1, 0];
    }
}
