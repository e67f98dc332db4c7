using Concord.Training.Losses;
using Concord.Training.Optimizers;

namespace Concord.Training.Objectives;

/// <summary>
/// All parts are taken forward without being recorded; when λ is known, each is taken forward again and backward. A
/// batch of one part is recorded the first time.
/// </summary>
internal sealed class SecondForward(FlatParameters parameters) : IGradientPass
{
    /// <inheritdoc/>
    public int ForwardPasses(int parts) => parts > 1 ? 2 : 1;

    /// <inheritdoc/>
    public void Forward(BatchPass pass, double[]? known)
    {
        var once = pass.Parts.Count == 1;
        foreach (var part in pass.Parts)
            pass.Forward(part, record: once, again: !once);
    }

    /// <inheritdoc/>
    public void Backward(BatchPass pass, RankingLossResult losses, double[] weights)
    {
        var gradients = losses.TotalRewardGradients(weights);
        foreach (var part in pass.Parts)
        {
            if (pass.Parts.Count > 1)
                pass.Forward(part, record: true);
            pass.Backward(gradients.AsSpan(part.FirstRow, part.Batch.RowCount).ToArray());
        }
        pass.Exchange.Sum(parameters.Gradients);
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
