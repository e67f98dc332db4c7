namespace Concord.Calibration;

/// <summary>What the metrics ask of their arguments.</summary>
internal static class ProbabilityCheck
{
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void SameLength(IReadOnlyList<double> probabilities, IReadOnlyList<double> labels)
    {
        if (probabilities.Count != labels.Count)
            throw new ArgumentException(
                $"{probabilities.Count} probabilities but {labels.Count} labels.",
                nameof(labels)
            );
    }

    /// <exception cref="ArgumentException">The lengths differ, or a probability is outside [0, 1].</exception>
    public static void Valid(IReadOnlyList<double> probabilities, IReadOnlyList<double> labels)
    {
        SameLength(probabilities, labels);
        for (var i = 0; i < probabilities.Count; i++)
            if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
                throw new ArgumentException(
                    $"Probability {i} is {probabilities[i]}; a number in [0, 1] was expected.",
                    nameof(probabilities)
                );
    }
}
