namespace Concord.Calibration;

/// <summary>
/// Which probabilities are held against which outcomes. Both readings of the literature are given, named apart.
/// </summary>
public enum CalibrationReading
{
    /// <summary>
    /// The paper's code: every strict pair in both orders (i, j) and (j, i), p = sigmoid(r_i - r_j), outcome 1[s_i >
    /// s_j]. Symmetric about 1/2.
    /// </summary>
    AllOrderedPairs,

    /// <summary>
    /// The classical reading: every strict pair once, the confidence max(p, 1-p) in the predicted winner, outcome 1 if
    /// it is right, 1/2 if the rewards are equal.
    /// </summary>
    PredictedWinner,

    /// <summary>As <see cref="PredictedWinner"/>, equal rewards counted wrong.</summary>
    PredictedWinnerTiesWrong,
}

/// <summary>The readings' names in files.</summary>
public static class CalibrationReadings
{
    /// <summary>All readings, in the order files have them.</summary>
    public static IReadOnlyList<CalibrationReading> All { get; } =
    [
        CalibrationReading.AllOrderedPairs,
        CalibrationReading.PredictedWinner,
        CalibrationReading.PredictedWinnerTiesWrong,
    ];

    /// <summary>The name in files.</summary>
    public static string Name(this CalibrationReading reading) =>
        reading switch
        {
            CalibrationReading.AllOrderedPairs => "all_ordered_pairs",
            CalibrationReading.PredictedWinner => "predicted_winner",
            _ => "predicted_winner_ties_wrong",
        };
}
