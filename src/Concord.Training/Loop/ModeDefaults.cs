using Concord.Modeling;

namespace Concord.Training.Loop;

/// <summary>What a mode of training takes where the settings say nothing.</summary>
/// <param name="LearningRate">Of all but the head.</param>
/// <param name="HeadLearningRate">Of the head, which starts at zero.</param>
public sealed record ModeDefaults(double LearningRate, double HeadLearningRate)
{
    /// <summary>
    /// The table: the more is trained, the smaller the steps. Full fine-tuning of models of 1B parameters and more
    /// wants less (the paper: 1e-6).
    /// </summary>
    public static IReadOnlyDictionary<TrainedParts, ModeDefaults> Table { get; } =
        new Dictionary<TrainedParts, ModeDefaults>
        {
            [TrainedParts.Full] = new(1e-5, 1e-4),
            [TrainedParts.LastLayers] = new(5e-5, 5e-4),
            [TrainedParts.Adapters] = new(2e-4, 1e-3),
            [TrainedParts.Head] = new(1e-3, 1e-3), // docs/results/head-start.md
            [TrainedParts.HeadExact] = new(1e-3, 1e-3), // takes no step
        };
}
