using Concord.Training.Losses;
using Concord.Training.Optimizers;

namespace Concord.Training.Objectives;

/// <summary>λ is known before the forward pass: each part has its forward and backward pass at once.</summary>
internal sealed class KnownWeights(FlatParameters parameters) : IGradientPass
{
    /// <inheritdoc/>
    public int ForwardPasses(int parts) => 1;

    /// <inheritdoc/>
    public void Forward(BatchPass pass, double[]? known)
    {
        ArgumentNullException.ThrowIfNull(known);
        foreach (var part in pass.Parts)
        {
            pass.Forward(part, record: true);
            pass.Backward(pass.Losses(part).TotalRewardGradients(known));
        }
    }

    /// <inheritdoc/>
    public void Backward(BatchPass pass, RankingLossResult losses, double[] weights) =>
        pass.Exchange.Sum(parameters.Gradients);

    /// <inheritdoc/>
    public void Dispose() { }
}
