using Concord.Modeling;
using Concord.Modeling.Folders;
using Concord.Modeling.Operations;
using Concord.Training.Loop;
using Concord.Training.Weightings;

namespace Concord.Runs.DryRuns;

/// <summary>Seconds from a model's shape and the measured speed of this machine's matrix products.</summary>
internal static class ComputedTime
{
    /// <summary>Seconds of a step, and of a token whose reward alone is computed.</summary>
    /// <param name="model">The shape.</param>
    /// <param name="settings">What is trained, and under which weighting.</param>
    /// <param name="tokensPerStep">Tokens of a step.</param>
    /// <param name="bf16">Whether products take bf16 factors.</param>
    public static (double PerStep, double PerScoredToken) Of(
        MemoryEstimate model,
        TrainingSettings settings,
        double tokensPerStep,
        bool bf16
    )
    {
        var (single, half) = ProductSpeed.Measure();
        var rate = 1e9 * (bf16 && half > 0 ? half : single);
        var forward = model.ForwardOperations / rate;
        // a backward pass takes a product by the weights, and one by the inputs where the weights are trained
        var backward = settings.Mode switch
        {
            TrainedParts.Full => 2,
            TrainedParts.Adapters => 1,
            TrainedParts.LastLayers => 2.0 * Math.Min(settings.LastLayers, model.Config.Layers) / model.Config.Layers,
            _ => 0,
        };
        var again =
            settings.Weighting.Space != GradientSpace.None && tokensPerStep > settings.Batches.TokenBudget ? 1 : 0;
        return (tokensPerStep * forward * (1 + again + backward), forward);
    }
}
