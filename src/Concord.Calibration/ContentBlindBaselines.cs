namespace Concord.Calibration;

/// <summary>
/// What one scores on the same strict pairs without reading a word. An accuracy that is no better than the best of
/// these may come from length, or from the order of the file, alone.
/// </summary>
/// <param name="Longest">Accuracy of preferring the longer response (equal lengths 1/2); null where no length is
/// known.</param>
/// <param name="Shortest">Of preferring the shorter: 1 - <paramref name="Longest"/>.</param>
/// <param name="First">Of preferring the response that comes first in the file; null where there is no pair.</param>
/// <param name="PairsWithLengths">On how many pairs the lengths are known.</param>
/// <param name="OrderTellsLabel">Whether the file lists the preferred response always first (or always last): its order
/// then is the label, not a baseline.</param>
public sealed record ContentBlindBaselines(
    double? Longest,
    double? Shortest,
    double? First,
    int PairsWithLengths,
    bool OrderTellsLabel
)
{
    /// <summary>Of all strict pairs of the predictions.</summary>
    public static ContentBlindBaselines Of(IReadOnlyList<Prediction> predictions)
    {
        long pairs = 0,
            first = 0,
            withLengths = 0,
            longer = 0,
            same = 0;
        foreach (var prediction in predictions)
            for (var i = 0; i < prediction.Scores.Count; i++)
            for (var j = i + 1; j < prediction.Scores.Count; j++)
            {
                if (prediction.Scores[i] == prediction.Scores[j])
                    continue;
                var firstWins = prediction.Scores[i] > prediction.Scores[j];
                pairs++;
                if (firstWins)
                    first++;
                if (prediction.Lengths is not { } lengths)
                    continue;
                withLengths++;
                if (lengths[i] == lengths[j])
                    same++;
                else if (lengths[i] > lengths[j] == firstWins)
                    longer++;
            }
        return new ContentBlindBaselines(
            withLengths == 0 ? null : (longer + 0.5 * same) / withLengths,
            withLengths == 0 ? null : (withLengths - longer - 0.5 * same) / withLengths,
            pairs == 0 ? null : (double)first / pairs,
            (int)withLengths,
            pairs > 1 && (first == pairs || first == 0)
        );
    }
}
